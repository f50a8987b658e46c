#pragma once

#include "calllog/log_repository.hpp"
#include "jobs/queue.hpp"

namespace sluice::calllog {

/// The job that sums the calls of an environment's hour up. The time in its id is the hour. `LogRepository::append`
/// makes it.
inline constexpr jobs::Kind kSumJob{"call_sums"};

/// Errors: unavailable.
Task<Result<jobs::Next>> sum_up_hour(LogRepository& repository, jobs::Job job);

} // namespace sluice::calllog
