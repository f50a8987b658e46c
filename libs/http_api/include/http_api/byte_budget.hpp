#pragma once

#include "http_api/shares.hpp"

#include <cstddef>
#include <mutex>

namespace sluice::http {

/// How much memory a process gives to what others send it: `Shares` of all its threads. It takes a lock, so it is for
/// what is large.
class ByteBudget {
public:
    /// `share` is the most that one environment may hold at once.
    ByteBudget(std::size_t total, std::size_t share)
        : shares_(total, share)
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
        [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    private:
        ByteBudget* budget_;
        Owner owner_;
        std::size_t bytes_ = 0;
    };

    /// What all owners hold.
    [[nodiscard]] std::size_t held() const;

private:
    mutable std::mutex mutex_;
    Shares shares_;
};

} // namespace sluice::http
