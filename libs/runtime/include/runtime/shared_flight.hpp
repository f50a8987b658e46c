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

/// One fetch per key at a time in the whole process: whoever asks while it runs gets a copy of its result, on its own
/// thread. Thread-safe; it has to outlive all that wait.
template <class Key, class T, class Hash = std::hash<Key>>
class SharedFlight {
public:
    /// `fetch(key)` gives a `Task<Result<T>>`, which runs on the thread of whoever asked first; it and what it refers
    /// to must live until it ends. As with `SingleFlight`, everybody waits until their own deadline, and a fetch that
    /// failed after the deadline of whoever made it failed for that one only.
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

    /// Touched and destroyed on its own thread only.
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
    /// Who waits, as far as other threads know: it may have gone.
    struct Follower {
        Executor executor;
        std::weak_ptr<Waiting> waiting;
    };
    using Followers = std::vector<Follower>;

    /// A place among those who wait; null for the first, who fetches.
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
