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
#include <vector>

namespace sluice::tenancy {

/// What waits for its time. A job is a row's: there is one of a kind for each id.
enum class JobKind {
    mcp_server_expiry,
    account_refresh,
    account_health,
    connection,
    delivery,
    account_schema,
    uninstall,
    retention
};

[[nodiscard]] constexpr std::string_view name_of(JobKind kind) noexcept
{
    switch (kind) {
    case JobKind::mcp_server_expiry:
        return "mcp_server_expiry";
    case JobKind::account_refresh:
        return "account_refresh";
    case JobKind::account_health:
        return "account_health";
    case JobKind::connection:
        return "connection";
    case JobKind::delivery:
        return "delivery";
    case JobKind::account_schema:
        return "account_schema";
    case JobKind::uninstall:
        return "uninstall";
    case JobKind::retention:
        return "retention";
    }
    return "";
}

/// A job that was taken. Until `lease_until` no other worker takes it; then any may.
struct Job {
    JobKind kind{};
    EnvironmentId environment;
    Uuid id{};
    Timestamp lease_until;
};

/// The queue of all environments, taken by any worker.
class JobQueue {
public:
    virtual ~JobQueue() = default;
    /// Up to `most` due jobs, the most overdue first within a partition.
    virtual Task<Result<std::vector<Job>>> take(JobKind kind, std::size_t most, std::chrono::seconds lease,
                                                Deadline deadline) = 0;
    /// Ends the job, or gives it its next time; does nothing if it was rescheduled or taken over meanwhile.
    virtual Task<Result<void>> finish(Job job, std::optional<Timestamp> next, Deadline deadline) = 0;
};

} // namespace sluice::tenancy
