#pragma once

#include "base/clock.hpp"
#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "jobs/queue.hpp"
#include "runtime/task.hpp"

#include <chrono>
#include <cstddef>
#include <vector>

namespace sluice::tenancy {

/// One job for all environments: `forget_history`.
inline constexpr jobs::Kind kRetentionJob{"retention"};

/// Deletes what is only history: events, their deliveries and the log of these, by days; link tokens, connections and
/// remembered calls that are over, by rows.
class Retention {
public:
    static constexpr std::chrono::days kKept{30};

    virtual ~Retention() = default;
    /// Makes the coming days of the history and drops those that are over. How much was done; 0: nothing is left to do.
    virtual Task<Result<std::size_t>> turn_days(Deadline deadline) = 0;
    /// All, in any order.
    virtual Task<Result<std::vector<EnvironmentId>>> environments(Deadline deadline) = 0;
    /// How many rows of one environment went, at most a few thousand at a time; 0: nothing is left to do.
    virtual Task<Result<std::size_t>> sweep(EnvironmentId environment, Deadline deadline) = 0;
};

/// Deletes history, first by days, then environment by environment until nothing is left or the turn is over.
Task<Result<jobs::Next>> forget_history(Retention& retention, Clock const& clock);

} // namespace sluice::tenancy
