#pragma once

#include "base/deadline.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "calllog/entry.hpp"
#include "calllog/ring.hpp"
#include "runtime/task.hpp"
#include "tenancy/page.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::calllog {

/// What is stored apart of an entry, sealed: what was sent and what came back.
struct Bodies {
    EnvironmentId environment;
    LogEntryId entry;
    std::string request;
    std::string response;
    std::chrono::hours kept{}; ///< After this time nobody can read them.
};

/// Calls of one hour that are alike.
struct HourlySum {
    LogEntryId id; ///< Begins with the time of the hour.
    Timestamp hour;
    LogType type = LogType::vendor;
    std::optional<IntegratedAccountId> account;
    std::optional<McpServerId> server;
    std::optional<std::string> integration;
    std::optional<std::string> tool;
    int status_class = 2; ///< The first digit of the status.
    std::int64_t calls = 0;
    std::int64_t errors = 0;    ///< With a status of 400 or more, or an error text.
    std::int64_t throttled = 0; ///< With the status 429.
    std::chrono::microseconds median{};
    std::chrono::microseconds p95{};
};

/// The stored log. Thread-safe. Every function may answer unavailable.
class LogRepository {
public:
    // How long is kept what; days that are over go as a whole.
    static constexpr std::chrono::days kKept{30};
    static constexpr std::chrono::days kBodiesKept{7}; ///< At most; an environment says how long they can be read.
    static constexpr std::chrono::days kSumsKept{400};

    virtual ~LogRepository() = default;
    /// Stores rows of one day (as `Recorder` writes them), of any environments, and makes the jobs that sum their hours
    /// up. Rows that are stored already are no error: the answer to a COMMIT may be lost. Errors: internal if they
    /// cannot be stored at all.
    virtual Task<Result<void>> append(std::string rows, Day day, Deadline deadline) = 0;
    /// Stores bodies of one environment.
    virtual Task<Result<void>> add_bodies(std::vector<Bodies> bodies, Deadline deadline) = 0;

    virtual Task<Result<tenancy::Page<LogEntry>>> list(EnvironmentId environment, LogType type,
                                                       tenancy::ListQuery query, Deadline deadline) = 0;
    /// Errors: not_found.
    virtual Task<Result<LogEntry>> find(EnvironmentId environment, LogEntryId id, Deadline deadline) = 0;
    /// The bodies of an entry; nothing if there are none, or no longer.
    virtual Task<Result<std::optional<Bodies>>> bodies(EnvironmentId environment, LogEntryId id, Deadline deadline) = 0;

    /// Sums the calls of an hour. Twice is the same as once.
    virtual Task<Result<void>> sum_up(EnvironmentId environment, Timestamp hour, Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<HourlySum>>> sums(EnvironmentId environment, tenancy::ListQuery query,
                                                        Deadline deadline) = 0;
};

} // namespace sluice::calllog
