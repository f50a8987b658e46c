#pragma once

#include "base/id.hpp"

#include <cstddef>
#include <map>
#include <mutex>

namespace sluice {

/// How much memory a process gives to what others send it, and how much of that to one of them. Thread-safe. It takes a
/// lock, so it is for what is large.
class ByteBudget {
public:
    /// `share` is what one owner may hold at once; it is no more than `total`.
    ByteBudget(std::size_t total, std::size_t share);

    /// Bytes that one owner holds, given back on destruction. The budget must outlive it. One thread at a time.
    class Hold {
    public:
        Hold(ByteBudget& budget, Uuid owner)
            : budget_(&budget)
            , owner_(owner)
        {
        }
        Hold(Hold const&) = delete;
        Hold& operator=(Hold const&) = delete;
        ~Hold() { budget_->give_back(owner_, bytes_); }

        /// Takes so many bytes more. False: the process or the owner has no more, and none were taken.
        [[nodiscard]] bool grow(std::size_t bytes);
        [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    private:
        ByteBudget* budget_;
        Uuid owner_;
        std::size_t bytes_ = 0;
    };

    /// What all owners hold.
    [[nodiscard]] std::size_t held() const;

private:
    bool take(Uuid const& owner, std::size_t bytes);
    void give_back(Uuid const& owner, std::size_t bytes);

    std::size_t const total_;
    std::size_t const share_;
    mutable std::mutex mutex_;
    std::size_t held_ = 0;
    std::map<Uuid, std::size_t> by_owner_;
};

} // namespace sluice
