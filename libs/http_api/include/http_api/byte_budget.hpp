#pragma once

#include "http_api/shares.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>

namespace sluice::http {

/// The memory of a process for bodies that clients send and for answers that they do not read yet, shared out between
/// environments. Thread-safe. It takes a lock, so it is used for large bodies only.
class ByteBudget {
public:
    /// `Hold::keep` does not count smaller bodies: the kernel takes them, or the number of connections bounds them.
    static constexpr std::size_t kFree = 64 * 1024;

    /// `share` is the most that one environment may hold at once.
    ByteBudget(std::size_t total, std::size_t share)
        : first_full_(std::min(share, total / 2))
        , shares_(total, share)
    {
    }

    /// Bytes that an environment holds. They are given back on destruction. The budget must outlive it. One thread at a
    /// time.
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

        /// Takes so many more bytes. False if the process or the owner has no more; then none are taken.
        [[nodiscard]] bool grow(std::size_t bytes);
        /// Counts so many bytes instead of those before, also if the budget is used up. Up to `kFree` bytes count as
        /// none.
        void keep(std::size_t bytes);
        [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    private:
        ByteBudget* budget_;
        Owner owner_;
        std::size_t bytes_ = 0;
    };

    /// The bytes that all owners hold.
    [[nodiscard]] std::size_t held() const noexcept { return held_.load(std::memory_order_relaxed); }
    /// Whether an owner holds all that it may. Takes a lock only if so much is held that some owner may be full.
    [[nodiscard]] bool is_full(EnvironmentId owner) const;

private:
    std::size_t const first_full_; ///< While less is held in all, no owner is full.
    std::atomic<std::size_t> held_ = 0;
    mutable std::mutex mutex_;
    Shares shares_;
};

} // namespace sluice::http
