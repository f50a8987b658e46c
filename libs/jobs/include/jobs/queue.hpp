#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "runtime/task.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::jobs {

/// A kind of job. A job belongs to a row: there is at most one of each kind for each id. The room whose work it is
/// declares the kind as a constant.
struct Kind {
    std::string_view name; ///< The name in the database.

    friend bool operator==(Kind const&, Kind const&) = default;
};

/// The NOTIFY channel for jobs that are due within `kNotifiedAhead`. The payload is the name of their kind.
inline constexpr char kChannel[] = "sluice_jobs";
/// A loop that looks at least this often and hears the channel misses no job.
inline constexpr std::chrono::seconds kNotifiedAhead{30};

/// A job that was taken. No other worker takes it before `lease_until`.
struct Job {
    Kind kind{};
    EnvironmentId environment;
    Uuid id{};
    Timestamp lease_until;
    int failures = 0; ///< How often it has failed in a row.
};

/// Which jobs a worker wants.
struct Wish {
    Kind kind{};
    std::size_t most = 0;
    std::size_t share = 0; ///< The most jobs of one environment, including those in `running`.
    std::chrono::seconds lease{};
    EnvironmentId after; ///< Environments take turns; the turn begins with the one after this.
    std::vector<std::pair<EnvironmentId, std::size_t>>
        running; ///< The jobs that the worker has already, by environment.
};

/// When a job is due again; nothing if it is done.
using Next = std::optional<Timestamp>;

struct Taken {
    std::vector<Job> jobs;
    /// The time until the next job is due, if known. Set only if fewer jobs were due than wished for.
    std::optional<std::chrono::milliseconds> next_in;
};

/// The queue of jobs of all environments. Every worker takes from it. Every function may answer unavailable.
/// Thread-safe.
class Queue {
public:
    virtual ~Queue() = default;
    /// Takes due jobs. Within an environment the most overdue come first.
    virtual Task<Result<Taken>> take(Wish wish, Deadline deadline) = 0;
    /// Ends the job, or schedules it for `next`. Does nothing if it was rescheduled or taken over meanwhile.
    virtual Task<Result<void>> finish(Job job, std::optional<Timestamp> next, Deadline deadline) = 0;
    /// Schedules a failed job again after `pause`, with one more failure. Does nothing in the same cases.
    virtual Task<Result<void>> fail(Job job, std::chrono::seconds pause, Deadline deadline) = 0;
    /// How long the most overdue job of each of these kinds has been waiting, in their order; 0 if none waits.
    virtual Task<Result<std::vector<std::chrono::milliseconds>>> lateness(std::vector<Kind> kinds,
                                                                          Deadline deadline) = 0;
};

} // namespace sluice::jobs
