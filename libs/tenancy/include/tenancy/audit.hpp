#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "runtime/task.hpp"
#include "tenancy/actor.hpp"
#include "tenancy/page.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tenancy {

/// What a change did, for the audit log. The members are those that the API shows: no secret, in whatever form.
struct Audited {
    std::string_view action;                           ///< `<resource>.<verb>`, such as `webhook.update`.
    std::string target;                                ///< The id of what was changed, as the API writes it.
    std::optional<json::object> before = std::nullopt; ///< Nothing: it was made.
    std::optional<json::object> after = std::nullopt;  ///< Nothing: it is gone.
};

/// `before` and `after` of a change with only the members in which they differ.
[[nodiscard]] Audited difference(std::string_view action, std::string target, json::object before, json::object after);

/// A row of the audit log.
struct AuditEntry {
    AuditEntryId id;
    std::optional<EnvironmentId> environment; ///< Nothing: it concerns the team.
    std::string actor_kind;                   ///< `name_of(Actor::Kind)`.
    std::string actor_id;
    std::string actor_name;
    std::string action;
    std::string target_id;
    std::optional<json::object> before;
    std::optional<json::object> after;
    std::string client_address;
    std::string request_id;
    Timestamp created_at;
};

/// Reads the audit log. Only the changing calls of repositories write it, each in its own transaction. Thread-safe.
class AuditRepository {
public:
    /// Days that are over go as a whole.
    static constexpr std::chrono::days kKept{400};

    virtual ~AuditRepository() = default;
    /// The newest first. `environments`: only entries of these; nothing: all of the team, with those that concern the
    /// team itself. Errors: invalid_argument for a filter that there is not; unavailable.
    virtual Task<Result<Page<AuditEntry>>> list(TeamId team, std::optional<std::vector<EnvironmentId>> environments,
                                                ListQuery query, Deadline deadline) = 0;
};

} // namespace sluice::tenancy
