#pragma once

#include "runtime/offload.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

namespace sluice {

/// One fetch for each key at a time. Others who ask meanwhile get its result. Belongs to one I/O thread.
template <class Key, class T, class Hash = std::hash<Key>>
class SingleFlight {
public:
    /// `fetch(key)` gives a `Task<Result<T>>`; it and what it refers to must live until it ends. Each caller waits
    /// until its own deadline. If a fetch fails after the first caller's deadline, the others start their own. Errors:
    /// those of `fetch`; unavailable at the deadline.
    template <class Fetch>
    Task<Result<T>> run(Key key, Deadline deadline, Fetch& fetch)
    {
        for (;;) {
            auto const found = flights_.find(key);
            if (found == flights_.end())
                break;
            auto const flight = found->second;
            co_await landing(flight, deadline);
            if (flight->is_over && flight->result && (flight->result->has_value() || !flight->was_late))
                co_return *flight->result;
            if (!flight->is_over || deadline.expired())
                co_return Error{ErrorCode::unavailable, "The service did not answer in time. Retry in a moment.",
                                "shared fetch exceeded the follower's deadline"};
        }

        auto const flight = std::make_shared<Flight>();
        flights_.emplace(key, flight);
        try {
            flight->result = co_await fetch(key);
        } catch (...) {
            land(key, *flight, deadline);
            throw;
        }
        land(key, *flight, deadline);
        co_return *flight->result;
    }

private:
    struct Flight {
        std::optional<Result<T>> result; ///< Absent if the fetch threw.
        bool is_over = false;
        bool was_late = false; ///< It ended after the deadline of the first caller.
        std::vector<std::shared_ptr<SteadyTimer>> followers;
    };

    static Task<void> landing(std::shared_ptr<Flight> flight, Deadline deadline)
    {
        auto timer = std::make_shared<SteadyTimer>(co_await asio::this_coro::executor, deadline.at());
        flight->followers.push_back(timer);
        co_await timer->async_wait(kUseTask);
    }

    void land(Key const& key, Flight& flight, Deadline deadline)
    {
        flight.is_over = true;
        flight.was_late = deadline.expired();
        flights_.erase(key);
        for (auto const& follower : flight.followers)
            follower->cancel();
    }

    std::unordered_map<Key, std::shared_ptr<Flight>, Hash> flights_;
};

} // namespace sluice
