#pragma once

#include "runtime/offload.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

namespace sluice {

/// One fetch per key at a time: whoever asks while it runs gets its result. Belongs to one I/O thread.
template <class Key, class T, class Hash = std::hash<Key>>
class SingleFlight {
public:
    /// `fetch(key)` gives a `Task<Result<T>>`; it and what it refers to must live until it ends. A follower waits at
    /// most until its own deadline.
    template <class Fetch>
    Task<Result<T>> run(Key key, Deadline deadline, Fetch& fetch)
    {
        if (auto const found = flights_.find(key); found != flights_.end())
            co_return co_await follow(found->second, deadline);

        auto flight = std::make_shared<Flight>();
        flights_.emplace(key, flight);
        try {
            flight->result = co_await fetch(key);
        } catch (...) {
            land(key, *flight);
            throw;
        }
        land(key, *flight);
        co_return *flight->result;
    }

private:
    struct Flight {
        std::optional<Result<T>> result;
        std::vector<std::shared_ptr<SteadyTimer>> followers;
    };

    static Task<Result<T>> follow(std::shared_ptr<Flight> flight, Deadline deadline)
    {
        auto timer = std::make_shared<SteadyTimer>(co_await asio::this_coro::executor, deadline.at());
        flight->followers.push_back(timer);
        co_await timer->async_wait(kUseTask);
        if (!flight->result)
            co_return Error{ErrorCode::unavailable, "The service did not answer in time. Retry in a moment.",
                            "shared fetch exceeded the follower's deadline"};
        co_return *flight->result;
    }

    void land(Key const& key, Flight& flight)
    {
        flights_.erase(key);
        for (auto const& follower : flight.followers)
            follower->cancel();
    }

    std::unordered_map<Key, std::shared_ptr<Flight>, Hash> flights_;
};

} // namespace sluice
