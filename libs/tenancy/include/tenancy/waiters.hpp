#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "runtime/offload.hpp"
#include "runtime/task.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string_view>

namespace sluice::tenancy {

/// The NOTIFY channel for rows that somebody may wait for. The payload is the row's id (`to_hex`).
inline constexpr char kWaitChannel[] = "sluice_waits";

/// Requests that wait for a row to change. A NOTIFY wakes them, so they do not ask the database meanwhile. While
/// notifications are lost they ask slowly. One per I/O thread.
class Waiters {
public:
    /// The most waiters of one environment on one thread.
    static constexpr std::size_t kMostOfEnvironment = 200;
    /// How soon a waiter looks again without a NOTIFY: for safety while notifications arrive (`kLookAgain`), and as the
    /// only way while they do not (`kLookAgainDeaf`).
    static constexpr std::chrono::seconds kLookAgain{15};
    static constexpr std::chrono::seconds kLookAgainDeaf{2};

    explicit Waiters(asio::io_context& io);
    Waiters(Waiters const&) = delete;
    Waiters& operator=(Waiters const&) = delete;

private:
    struct Waiting {
        explicit Waiting(asio::io_context& io)
            : timer(io)
        {
        }
        SteadyTimer timer;
        bool is_told = false;
    };
    using Rows = std::multimap<Uuid, std::shared_ptr<Waiting>>;
    struct State {
        Rows rows;
        std::map<EnvironmentId, std::size_t> of_environment;
        bool is_listening = false;
    };

public:
    /// A place among the waiters. It must be taken before the row is read the first time and kept until after the last
    /// look, so that no change is missed.
    class Place {
    public:
        Place(Place&& other) noexcept;
        Place& operator=(Place&&) = delete;
        Place(Place const&) = delete;
        Place& operator=(Place const&) = delete;
        ~Place();

        /// Returns when the row may have changed since the last call, at the deadline, or after `kLookAgain`.
        Task<void> wait(Deadline until);

    private:
        friend class Waiters;
        Place(std::shared_ptr<State> state, EnvironmentId environment, Rows::iterator row);
        std::shared_ptr<State> state_;
        EnvironmentId environment_;
        Rows::iterator row_;
    };

    /// Takes a place. Errors: rate_limited while too many of the environment wait.
    [[nodiscard]] Result<Place> join(EnvironmentId environment, Uuid row);
    /// Wakes those who wait for the row that the payload names.
    void heard(std::string_view payload);
    /// Tells whether notifications arrive. A change of this wakes everybody, since a notification may have been missed.
    void set_listening(bool listening);
    [[nodiscard]] std::size_t size() const noexcept { return state_->rows.size(); }

private:
    static void tell(Waiting& waiting);

    asio::io_context& io_;
    std::shared_ptr<State> const state_; // Shared with places, which may live longer than this object.
};

} // namespace sluice::tenancy
