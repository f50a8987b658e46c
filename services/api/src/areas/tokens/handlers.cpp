#include "handlers.hpp"

#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "tenancy/tenancy.hpp"
#include "view.hpp"

namespace sluice::api {

TokenHandlers::TokenHandlers(ShardParts const& parts)
    : tokens_(parts.rows.api_tokens)
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

} // namespace sluice::api
