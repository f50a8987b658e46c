#pragma once

#include "http_api/shares.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>

namespace sluice::http {

/// How much memory a process gives to what others send it, or do not take from it: `Shares` of all its threads. It
/// takes a lock, so it is for what is large.
class ByteBudget {
public:
    /// What is not larger is not counted by `Hold::keep`: the kernel takes it, or the number of connections bounds it.
    static constexpr std::size_t kFree = 64 * 1024;

    /// `share` is the most that one environment may hold at once.
    ByteBudget(std::size_t total, std::size_t share)
        : first_full_(std::min(share, total / 2))
        , shares_(total, share)
    {
    }

    /// Bytes that an environment holds, given back on destruction. The budget must outlive it. One thread at a time.
    class Hold {
    public:
        Hold(ByteBudget& budget, EnvironmentId owner)
            : budget_(&budget)
            , owner_{owner, {}}
        {
        }
        Hold(Hold const&) = delete;
        Hold& operator=(Hold const&) = delete;
        ~Hold();

        /// Takes so many bytes more. False: the process or the owner has no more, and none were taken.
        [[nodiscard]] bool grow(std::size_t bytes);
        /// There are so many bytes now, asked for or not. At most `kFree` count as none.
        void keep(std::size_t bytes);
        [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    private:
        ByteBudget* budget_;
        Owner owner_;
        std::size_t bytes_ = 0;
    };

    /// What all owners hold.
    [[nodiscard]] std::size_t held() const noexcept { return held_.load(std::memory_order_relaxed); }
    /// Whether an owner that holds something has all that it may have. No lock, unless somebody can have.
    [[nodiscard]] bool is_full(EnvironmentId owner) const;

private:
    std::size_t const first_full_; ///< Below it nobody is full.
    std::atomic<std::size_t> held_ = 0;
    mutable std::mutex mutex_;
    Shares shares_;
};

} // namespace sluice::http
