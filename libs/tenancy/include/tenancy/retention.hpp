#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "runtime/task.hpp"

#include <chrono>
#include <cstddef>
#include <vector>

namespace sluice::tenancy {

/// Deletes what is only history: events that were delivered or given up, the log of deliveries, link tokens and
/// connections that are over.
class Retention {
public:
    static constexpr std::chrono::days kKept{30};

    virtual ~Retention() = default;
    virtual Task<Result<std::vector<EnvironmentId>>> environments(Deadline deadline) = 0;
    /// How many rows of one environment went; at most a few thousand at a time.
    virtual Task<Result<std::size_t>> sweep(EnvironmentId environment, Deadline deadline) = 0;
};

} // namespace sluice::tenancy
