#include "handlers.hpp"

#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "http_api/fields.hpp"
#include "input.hpp"
#include "tenancy/tenancy.hpp"
#include "tenancy/token_mint.hpp"
#include "view.hpp"

namespace sluice::api {

TokenHandlers::TokenHandlers(ShardParts const& parts)
    : tokens_(parts.rows.api_tokens)
    , mint_(parts.token_mint)
    , cursors_(parts.cursors)
{
}

HandlerResult TokenHandlers::list(Call& call)
{
    return answer_list(call, cursors_, token_view, [this, &call](tenancy::ListQuery query) {
        return tokens_.list(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult TokenHandlers::get(Call& call)
{
    return answer_get<ApiTokenId>(call, "API token", token_view, [this, &call](ApiTokenId id) {
        return tokens_.find(call.environment(), id, call.deadline);
    });
}

HandlerResult TokenHandlers::create(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto token = read_token(*body, call.environment());
    if (!token)
        co_return token.error();
    token->created_by = call.caller.actor().id;
    auto const minted = co_await mint_.create(call.environment(), *std::move(token), call.caller.permissions,
                                              call.author(), call.deadline);
    if (!minted)
        co_return minted.error();
    auto view = token_view(minted->token);
    view["token"] = minted->secret.reveal();
    co_return created(std::move(view));
}

HandlerResult TokenHandlers::patch(Call& call)
{
    return answer_change<ApiTokenId>(call, "API token", token_view, read_token_patch,
                                     [this, &call](ApiTokenId id, tenancy::ApiTokenChange change) {
                                         return mint_.change(call.environment(), id, std::move(change),
                                                             call.caller.permissions, call.author(), call.deadline);
                                     });
}

HandlerResult TokenHandlers::remove(Call& call)
{
    return answer_remove<ApiTokenId>(call, "API token", [this, &call](ApiTokenId id) {
        return tokens_.remove(call.environment(), id, call.author(), call.deadline);
    });
}

HandlerResult TokenHandlers::permissions(Call&)
{
    co_return ok(permissions_view());
}

} // namespace sluice::api
