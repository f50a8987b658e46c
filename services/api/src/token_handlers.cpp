#include "crud.hpp"
#include "handlers.hpp"

namespace sluice::api {

TokenHandlers::TokenHandlers(Services const& services)
    : services_(services)
{
}

HandlerResult TokenHandlers::list(Call& call)
{
    return answer_list(call, services_.cursors, [this, &call](tenancy::ListQuery query) {
        return services_.store.api_tokens().list(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult TokenHandlers::get(Call& call)
{
    return answer_get<ApiTokenId>(call, "API token", [this, &call](ApiTokenId id) {
        return services_.store.api_tokens().find(call.environment(), id, call.deadline);
    });
}

} // namespace sluice::api
