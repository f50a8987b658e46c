#include "handlers.hpp"

#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "identity/user.hpp"
#include "line_export.hpp"
#include "tenancy/audit.hpp"
#include "view.hpp"

namespace sluice::api {
namespace {

/// Whose entries the user may read: those of the environments that they may enter. Nothing: all of the team, with those
/// that concern the team itself.
std::optional<std::vector<EnvironmentId>> readable_environments(identity::SignedIn const& who)
{
    if (!who.is_confined)
        return std::nullopt;
    std::vector<EnvironmentId> ids;
    for (auto const& each : who.environments)
        ids.push_back(each.id);
    return ids;
}

} // namespace

AuditHandlers::AuditHandlers(ShardParts const& parts)
    : rows_(parts.rows.audit)
    , cursors_(parts.cursors)
{
}

HandlerResult AuditHandlers::list(Call& call)
{
    auto const format = take_format(call.query);
    if (!format)
        co_return format.error();
    auto const read = [&rows = rows_, team = call.caller.team,
                       mine = readable_environments(*call.signed_in)](tenancy::ListQuery query, Deadline deadline) {
        return rows.list(team, mine, std::move(query), deadline);
    };
    if (*format == ListFormat::lines)
        co_return co_await answer_lines(call, cursors_, "audit.ndjson", audit_view, read);
    co_return co_await answer_list(call, cursors_, audit_view,
                                   [&](tenancy::ListQuery query) { return read(std::move(query), call.deadline); });
}

} // namespace sluice::api
