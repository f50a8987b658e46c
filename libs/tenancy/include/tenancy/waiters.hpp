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

/// The NOTIFY channel of rows that somebody may wait for; its payload is the row's id (`to_hex`).
inline constexpr char kWaitChannel[] = "sluice_waits";

/// Calls that wait for a row to change: they are told, and do not ask the database meanwhile. While announcements are
/// lost they ask slowly. One per I/O thread.
class Waiters {
public:
    /// Of one environment, on one thread.
    static constexpr std::size_t kMostOfEnvironment = 200;
    /// How soon a waiter looks again unasked: a safety net while announcements arrive, else its only way.
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
    /// A place among the waiters, from before the row is read to after its last look: so nothing is missed in between.
    class Place {
    public:
        Place(Place&& other) noexcept;
        Place& operator=(Place&&) = delete;
        Place(Place const&) = delete;
        Place& operator=(Place const&) = delete;
        ~Place();

        /// Returns once the row may have changed since the last call, at the deadline, or after a while.
        Task<void> wait(Deadline until);

    private:
        friend class Waiters;
        Place(std::shared_ptr<State> state, EnvironmentId environment, Rows::iterator row);
        std::shared_ptr<State> state_;
        EnvironmentId environment_;
        Rows::iterator row_;
    };

    /// Errors: rate_limited while too many of the environment wait.
    [[nodiscard]] Result<Place> join(EnvironmentId environment, Uuid row);
    /// Wakes who waits for the row that the payload names.
    void heard(std::string_view payload);
    /// Losing or regaining the announcements wakes everybody, as something may have been missed.
    void set_listening(bool listening);
    [[nodiscard]] std::size_t size() const noexcept { return state_->rows.size(); }

private:
    static void tell(Waiting& waiting);

    asio::io_context& io_;
    std::shared_ptr<State> const state_; // Also of places, which may be left behind when a thread ends.
};

} // namespace sluice::tenancy
