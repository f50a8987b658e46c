#include "handlers.hpp"

#include "accounts/installer.hpp"
#include "accounts/repositories.hpp"
#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "http_api/fields.hpp"
#include "input.hpp"
#include "view.hpp"

namespace sluice::api {

InstallationHandlers::InstallationHandlers(ShardParts const& parts)
    : rows_(parts.rows.installations)
    , installer_(parts.installer)
    , cursors_(parts.cursors)
{
}

HandlerResult InstallationHandlers::create(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto row = read_installation(*body, call.environment());
    if (!row)
        co_return row.error();
    auto const installed = co_await installer_.install(*std::move(row), call.author(), call.deadline);
    if (!installed)
        co_return installed.error();
    co_return http::json_response(installed->created ? 201 : 200, json::value(installation_view(installed->row)));
}

HandlerResult InstallationHandlers::list(Call& call)
{
    return answer_list(call, cursors_, installation_view, [this, &call](tenancy::ListQuery query) {
        return rows_.list(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult InstallationHandlers::get(Call& call)
{
    return answer_get<EnvironmentIntegrationId>(
        call, "environment integration", installation_view,
        [this, &call](EnvironmentIntegrationId id) { return rows_.find(call.environment(), id, call.deadline); });
}

HandlerResult InstallationHandlers::patch(Call& call)
{
    return answer_change<EnvironmentIntegrationId>(
        call, "environment integration", installation_view, read_installation_patch,
        [this, &call](EnvironmentIntegrationId id, accounts::InstallationPatch patch) {
            return installer_.change(call.environment(), id, std::move(patch), call.author(), call.deadline);
        });
}

HandlerResult InstallationHandlers::remove(Call& call)
{
    return answer_remove<EnvironmentIntegrationId>(
        call, "environment integration", [this, &call](EnvironmentIntegrationId id) {
            return rows_.remove(call.environment(), id, call.author(), call.deadline);
        });
}

} // namespace sluice::api
