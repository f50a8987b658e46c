#pragma once

#include "runtime/offload.hpp"

#include <boost/asio/post.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sluice {

/// One fetch for each key at a time in the whole process. Others who ask meanwhile get a copy of its result, each on
/// its own thread. Thread-safe. It must outlive all who wait.
template <class Key, class T, class Hash = std::hash<Key>>
class SharedFlight {
public:
    /// `fetch(key)` gives a `Task<Result<T>>`, which runs on the thread of the first caller; it and what it refers to
    /// must live until it ends. Each caller waits until its own deadline. If a fetch fails after the first caller's
    /// deadline, the others start their own. Errors: those of `fetch`; unavailable at the deadline.
    template <class Fetch>
    Task<Result<T>> run(Key key, Deadline deadline, Fetch& fetch)
    {
        auto const executor = co_await asio::this_coro::executor;
        for (;;) {
            auto const waiting = join(key, executor, deadline);
            if (!waiting)
                break;
            co_await waiting->landed.async_wait(kUseTask);
            if (waiting->result && (waiting->result->has_value() || !waiting->was_late))
                co_return *waiting->result;
            if (!waiting->is_over || deadline.expired())
                co_return Error{ErrorCode::unavailable, "The service did not answer in time. Retry in a moment.",
                                "shared fetch exceeded the follower's deadline"};
        }
        std::optional<Result<T>> result;
        try {
            result = co_await fetch(key);
        } catch (...) {
            land(key, std::nullopt, deadline);
            throw;
        }
        land(key, result, deadline);
        co_return *std::move(result);
    }

private:
    using Executor = asio::io_context::executor_type;

    /// Is touched and destroyed on its own thread only.
    struct Waiting {
        Waiting(Executor waits_on, Deadline deadline)
            : landed(waits_on, deadline.at())
        {
        }
        SteadyTimer landed;
        std::optional<Result<T>> result;
        bool is_over = false;
        bool was_late = false;
    };
    /// A caller that waits on another thread. It may have gone.
    struct Follower {
        Executor executor;
        std::weak_ptr<Waiting> waiting;
    };
    using Followers = std::vector<Follower>;

    /// Takes a place among those who wait. Null for the first caller, who fetches.
    std::shared_ptr<Waiting> join(Key const& key, Executor executor, Deadline deadline)
    {
        std::lock_guard const lock(mutex_);
        auto const [flight, is_first] = flights_.try_emplace(key);
        if (is_first)
            return nullptr;
        auto waiting = std::make_shared<Waiting>(executor, deadline);
        flight->second.push_back({executor, waiting});
        return waiting;
    }

    void land(Key const& key, std::optional<Result<T>> const& result, Deadline deadline)
    {
        Followers followers;
        {
            std::lock_guard const lock(mutex_);
            followers = std::move(flights_.extract(key).mapped());
        }
        for (auto const& follower : followers)
            asio::post(follower.executor, [weak = follower.waiting, result, was_late = deadline.expired()] {
                auto const waiting = weak.lock();
                if (!waiting)
                    return;
                waiting->result = result;
                waiting->is_over = true;
                waiting->was_late = was_late;
                waiting->landed.cancel();
            });
    }

    std::mutex mutex_;
    std::unordered_map<Key, Followers, Hash> flights_;
};

} // namespace sluice
