#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace sluice::calllog {

/// How many entries were taken and how many are settled, in a file that outlives the process: after a kill the next
/// process knows how many were lost. Without a file they are in memory.
class Counts {
public:
    static constexpr std::size_t kMostThreads = 1024;

    /// `file`: made if it is not there; empty for none. Errors: invalid_argument with the reason if it cannot be used.
    [[nodiscard]] static Result<Counts> open(std::string const& file);
    Counts(Counts&& other) noexcept;
    Counts& operator=(Counts&&) = delete;
    ~Counts();

    /// The counter of one thread.
    [[nodiscard]] std::uint64_t& taken(std::size_t thread) noexcept;
    [[nodiscard]] std::uint64_t& settled() noexcept;
    /// Entries that the process before took and did not settle.
    [[nodiscard]] std::uint64_t lost_before() const noexcept { return lost_before_; }

private:
    struct Page;
    Counts(Page* page, int descriptor)
        : page_(page)
        , descriptor_(descriptor)
    {
    }

    Page* page_;
    int descriptor_; ///< Of the file, which is locked while it is open; -1: there is none.
    std::uint64_t lost_before_ = 0;
};

} // namespace sluice::calllog
