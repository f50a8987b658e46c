#include "handlers.hpp"

#include "accounts/callable_accounts.hpp"
#include "accounts/repositories.hpp"
#include "api/config.hpp"
#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "http_api/fields.hpp"
#include "input.hpp"
#include "mcp/mcp_server.hpp"
#include "mcp/mint.hpp"
#include "toolcalls/account_schemas.hpp"
#include "view.hpp"

namespace sluice::api {

McpServerHandlers::McpServerHandlers(ShardParts const& parts)
    : rows_(parts.rows.servers)
    , accounts_(parts.rows.accounts)
    , callable_(parts.callable_accounts)
    , schemas_(parts.schemas)
    , mint_(parts.mint)
    , cursors_(parts.cursors)
    , mcp_url_(parts.config.mcp_url)
{
}

HandlerResult McpServerHandlers::create(Call& call)
{
    auto const owner = read_owner(call);
    if (!owner)
        co_return owner.error();
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto made = read_server(*body, *owner, mint_);
    if (!made)
        co_return made.error();
    made->server.environment = call.environment();
    made->server.created_by = call.caller.actor().id;
    auto const minted =
        co_await mint_.create(std::move(made->server), std::move(made->preset), call.author(), call.deadline);
    if (!minted)
        co_return minted.error();
    co_return created(minted_view(*minted, mcp_url_));
}

HandlerResult McpServerHandlers::list(Call& call)
{
    auto const owner = read_owner(call);
    if (!owner)
        co_return owner.error();
    if (*owner) {
        auto const account = co_await accounts_.find(call.environment(), **owner, call.deadline);
        if (!account)
            co_return account.error();
    }
    co_return co_await answer_list(call, cursors_, server_view, [&](tenancy::ListQuery query) {
        return rows_.list(call.environment(), *owner, std::move(query), call.deadline);
    });
}

HandlerResult McpServerHandlers::get(Call& call)
{
    auto const which = read_named(call);
    if (!which)
        co_return which.error();
    co_return shown(co_await rows_.find(call.environment(), which->owner, which->id, call.deadline), server_view);
}

HandlerResult McpServerHandlers::patch(Call& call)
{
    auto const which = read_named(call);
    if (!which)
        co_return which.error();
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto patch = read_server_patch(*body, which->owner, mint_);
    if (!patch)
        co_return patch.error();
    co_return shown(co_await mint_.change(call.environment(), which->owner, which->id, *std::move(patch), call.author(),
                                          call.deadline),
                    server_view);
}

HandlerResult McpServerHandlers::explain(Call& call)
{
    auto const which = read_named(call);
    if (!which)
        co_return which.error();
    auto const tool = read_tool_name(call.query);
    if (!tool)
        co_return tool.error();
    auto const explained = co_await mint_.explain(call.environment(), which->owner, which->id, *tool, call.deadline);
    if (!explained)
        co_return explained.error();
    co_return ok(explained_view(*tool, *explained));
}

HandlerResult McpServerHandlers::rotate_token(Call& call)
{
    auto const which = read_named(call);
    if (!which)
        co_return which.error();
    auto const overlap = read_overlap(call.request);
    if (!overlap)
        co_return overlap.error();
    auto const rotated = co_await mint_.rotate_token(call.environment(), which->owner, which->id, *overlap,
                                                     call.author(), call.deadline);
    if (!rotated)
        co_return rotated.error();
    co_return ok(rotated_view(*rotated, mcp_url_));
}

HandlerResult McpServerHandlers::remove(Call& call)
{
    auto const which = read_named(call);
    if (!which)
        co_return which.error();
    auto const removed =
        co_await rows_.remove(call.environment(), which->owner, which->id, call.author(), call.deadline);
    if (!removed)
        co_return removed.error();
    co_return ok({{"id", which->id.str()}});
}

HandlerResult McpServerHandlers::refresh_schema(Call& call)
{
    auto const id = call.id<IntegratedAccountId>("id", "integrated account");
    if (!id)
        co_return id.error();
    auto const account = co_await callable_.find(call.environment(), *id, call.deadline);
    if (!account)
        co_return account.error();
    auto const updated =
        co_await schemas_.update(*account, toolcalls::AccountSchemas::When::now, call.author(), call.deadline);
    if (!updated)
        co_return updated.error();
    co_return ok(schema_view(*id, *updated));
}

} // namespace sluice::api
