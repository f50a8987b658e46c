#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::calllog {

/// Days since 1970-01-01, UTC.
using Day = std::int32_t;

/// Rows on their way from the thread that makes them to the one that stores them. One thread pushes, one pops; neither
/// waits for the other. Bounded: what does not fit is not taken.
class Ring {
public:
    /// `capacity` in bytes, a power of two.
    explicit Ring(std::size_t capacity);

    /// Takes a row of `day`. False if there is no room.
    bool push(std::string_view row, Day day);
    /// Appends rows to `out` until it has `most` bytes or more. All of one day, which is put into `day` if `out` is
    /// empty, and else is the one to go on with. Gives how many rows.
    std::size_t pop(std::string& out, Day& day, std::size_t most);
    [[nodiscard]] bool empty() const noexcept;

private:
    struct Head {
        std::uint32_t size;
        Day day;
    };
    void write(std::uint64_t at, void const* from, std::size_t size);
    void read(std::uint64_t at, void* to, std::size_t size) const;
    void prefetch(std::uint64_t at) const;

    std::size_t const capacity_;
    std::unique_ptr<char[]> const bytes_; // NOLINT(*-avoid-c-arrays)
    static constexpr std::size_t kCacheLine = 64;
    alignas(kCacheLine) std::atomic<std::uint64_t> written_{0};
    std::uint64_t seen_read_ = 0; ///< What the writer last knew of `read_`.
    alignas(kCacheLine) std::atomic<std::uint64_t> read_{0};
};

} // namespace sluice::calllog
