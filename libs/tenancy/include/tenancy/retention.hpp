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

/// The job that runs `forget_history`, one for all environments.
inline constexpr jobs::Kind kRetentionJob{"retention"};

/// Deletes history. Events, deliveries and their log go by whole days; ended link tokens, connections and remembered
/// calls and requests go by rows. Every function may answer unavailable.
class Retention {
public:
    static constexpr std::chrono::days kKept{30};

    virtual ~Retention() = default;
    /// Makes the partitions of the coming days and drops those that are too old; deletes sessions and links of people
    /// that are over. Gives how many; 0 if nothing is left to do.
    virtual Task<Result<std::size_t>> turn_days(Deadline deadline) = 0;
    /// All environments, in any order.
    virtual Task<Result<std::vector<EnvironmentId>>> environments(Deadline deadline) = 0;
    /// Deletes some old rows of one environment, a few thousand at most. Gives how many; 0 if nothing is left to do.
    virtual Task<Result<std::size_t>> sweep(EnvironmentId environment, Deadline deadline) = 0;
};

/// Deletes history, first by days, then environment by environment, until nothing is left or its time is over. Says
/// when it is due again. Errors: unavailable.
Task<Result<jobs::Next>> forget_history(Retention& retention, Clock const& clock);

} // namespace sluice::tenancy
