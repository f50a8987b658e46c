#pragma once

#include "base/deadline.hpp"
#include "http_api/shares.hpp"
#include "runtime/offload.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>

namespace sluice::http {

/// The places of calls in progress: to all servers, and to each. A call without a place waits for one, for a bounded
/// time and in a bounded queue. A free place goes to the waiting call whose environment, and then whose account, has
/// the fewest calls in progress; among equals to the one that waits longest. So a slow account holds up only itself.
/// Belongs to one I/O thread.
class CallPlaces {
public:
    /// `limit` is the most calls to all servers, `queue` the most that wait, `patience` how long one waits.
    CallPlaces(asio::io_context& io, std::size_t limit, std::size_t queue, std::chrono::milliseconds patience);

    /// Why there is no place.
    struct Refusal {
        Shares::Full full;
        bool is_of_server; ///< Whether a share of the calls to this server is used up, or of all calls.
    };
    /// Takes a place at once. `server` counts the calls to one server.
    [[nodiscard]] std::optional<Refusal> take(Shares& server, Owner const& owner);
    /// Waits for a place after `take` had none. This and `server` must outlive the wait.
    Task<std::optional<Refusal>> wait(Shares& server, Owner owner, Refusal refusal, Deadline deadline);
    void give_back(Shares& server, Owner const& owner);

    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

private:
    struct Waiter {
        Waiter(asio::io_context& io, Shares& the_server, Owner const& the_owner, std::uint64_t the_arrival)
            : server(the_server)
            , owner(the_owner)
            , arrival(the_arrival)
            , granted(io)
        {
        }
        Shares& server;
        Owner const& owner;
        std::uint64_t const arrival;
        SteadyTimer granted; ///< Is cancelled when `has_place` is set.
        bool has_place = false;
    };

    class Stay;
    void serve_waiting();

    asio::io_context& io_;
    Shares all_;
    Shares queue_;
    std::chrono::milliseconds const patience_;
    std::list<Waiter*> waiting_;
    std::uint64_t arrivals_ = 0;
};

} // namespace sluice::http
