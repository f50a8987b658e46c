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

/// What waits for its time. A job is a row's: there is one of a kind for each id. The feature whose job it is owns the
/// kind, as a constant.
struct Kind {
    std::string_view name; ///< As it is stored.

    friend bool operator==(Kind const&, Kind const&) = default;
};

/// The channel that tells of jobs that are due within `kNotifiedAhead`: the payload is the name of their kind.
inline constexpr char kChannel[] = "sluice_jobs";
/// Whoever waits no longer than this between two looks misses none.
inline constexpr std::chrono::seconds kNotifiedAhead{30};

/// A job that was taken. Until `lease_until` no other worker takes it; then any may.
struct Job {
    Kind kind{};
    EnvironmentId environment;
    Uuid id{};
    Timestamp lease_until;
    int failures = 0; ///< In a row, so far.
};

/// Which jobs a worker wants.
struct Wish {
    Kind kind{};
    std::size_t most = 0;
    std::size_t share = 0; ///< The most of one environment, those counted in that the worker has already.
    std::chrono::seconds lease{};
    EnvironmentId after; ///< The environments are gone through in a circle, from the one after this on.
    std::vector<std::pair<EnvironmentId, std::size_t>> running; ///< What the worker has already.
};

/// When a job is next due; nothing: it is done.
using Next = std::optional<Timestamp>;

struct Taken {
    std::vector<Job> jobs;
    /// How long until the next is due, as far as is known; told only if fewer than wished for were due.
    std::optional<std::chrono::milliseconds> next_in;
};

/// The queue of all environments, taken by any worker.
class Queue {
public:
    virtual ~Queue() = default;
    /// Due jobs of any partition; the most overdue first within an environment.
    virtual Task<Result<Taken>> take(Wish wish, Deadline deadline) = 0;
    /// Ends the job, or gives it its next time; does nothing if it was rescheduled or taken over meanwhile.
    virtual Task<Result<void>> finish(Job job, std::optional<Timestamp> next, Deadline deadline) = 0;
    /// The same for one that failed: it is due after `pause`, with one failure more.
    virtual Task<Result<void>> fail(Job job, std::chrono::seconds pause, Deadline deadline) = 0;
};

} // namespace sluice::jobs
