#include "handlers.hpp"

#include "accounts/documentation_editor.hpp"
#include "accounts/repositories.hpp"
#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "http_api/fields.hpp"
#include "input.hpp"
#include "view.hpp"

namespace sluice::api {

DocumentationHandlers::DocumentationHandlers(ShardParts const& parts)
    : rows_(parts.rows.documentation)
    , editor_(parts.documentation)
    , cursors_(parts.cursors)
{
}

HandlerResult DocumentationHandlers::create(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto row = read_documentation(*body, call.environment());
    if (!row)
        co_return row.error();
    co_return shown(co_await editor_.create(*std::move(row), call.deadline), documentation_view, 201);
}

HandlerResult DocumentationHandlers::list(Call& call)
{
    return answer_list(call, cursors_, documentation_view, [this, &call](tenancy::ListQuery query) {
        return rows_.list(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult DocumentationHandlers::get(Call& call)
{
    return answer_get<DocumentationId>(call, "documentation", documentation_view, [this, &call](DocumentationId id) {
        return rows_.find(call.environment(), id, call.deadline);
    });
}

HandlerResult DocumentationHandlers::patch(Call& call)
{
    auto const id = call.id<DocumentationId>("id", "documentation");
    if (!id)
        co_return id.error();
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto patch = read_documentation_patch(*body);
    if (!patch)
        co_return patch.error();
    co_return shown(co_await editor_.change(call.environment(), *id, std::move(patch->format), std::move(patch->value),
                                            call.deadline),
                    documentation_view);
}

HandlerResult DocumentationHandlers::remove(Call& call)
{
    return answer_remove<DocumentationId>(call, "documentation", [this, &call](DocumentationId id) {
        return rows_.remove(call.environment(), id, call.deadline);
    });
}

} // namespace sluice::api
