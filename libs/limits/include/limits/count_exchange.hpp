#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "limits/counters.hpp"
#include "runtime/task.hpp"
#include "runtime/task_group.hpp"
#include "telemetry/log.hpp"
#include "telemetry/repeated.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

namespace sluice::limits {

/// What one replica tells of a key.
struct Told {
    Uuid key{};
    std::int64_t calls = 0;
};

/// What one replica tells and asks.
struct Report {
    std::vector<Told> told;
    std::vector<Uuid> asked; ///< Of these keys it wants to hear.
    std::vector<Uuid> gone;  ///< What it told of these it takes back.
};

/// What the other replicas told of a key.
struct Heard {
    Uuid key{};
    Others others;
};

/// Where replicas tell each other what they have counted. Thread-safe.
class CountRepository {
public:
    /// What a replica told counts for so long, by the database's clock: the window, and an exchange that comes late.
    static constexpr std::chrono::seconds kLifetime{11};

    virtual ~CountRepository() = default;
    /// Gives what the others told of the keys that are asked for; of a key of which nobody else told, nothing. Errors:
    /// unavailable.
    virtual Task<Result<std::vector<Heard>>> exchange(Uuid replica, Report report, Deadline deadline) = 0;
};

/// Exchanges the counters of a replica with the others, once in 200 ms while calls are counted; an idle replica asks
/// for nothing and sets no timer. While the others cannot be asked, the replica counts alone. All work is on the thread
/// of `io`.
///
/// A replica that uses little of a limit tells nothing until it hears of another that uses more: below a twentieth of
/// the limit each, 20 replicas stay within it unheard.
///
/// The replicas together stay within a limit, since each tells how far it will go before it goes there, and no further
/// than the others have told. They exceed it only before they have heard of each other: for one exchange after a pause,
/// each up to the limit.
class Exchange {
public:
    static constexpr std::chrono::milliseconds kEvery{200};

    /// All must outlive it. `io` must not run any more when it is destroyed.
    Exchange(asio::io_context& io, Counters& counters, CountRepository& repository, telemetry::Log& log);

    /// Lets the counters start the exchange. Before any thread counts.
    void attach();
    /// One exchange; false if there was nothing to exchange.
    Task<bool> once();

private:
    Task<void> run();
    Task<void> until_idle();

    asio::io_context& io_;
    Counters& counters_;
    CountRepository& repository_;
    telemetry::Repeated failed_;
    TaskGroup running_;
    Uuid const replica_;
};

} // namespace sluice::limits
