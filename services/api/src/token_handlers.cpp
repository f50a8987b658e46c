#include "handlers.hpp"
#include "list_query.hpp"
#include "views.hpp"

namespace sluice::api {

TokenHandlers::TokenHandlers(Services const& services)
    : services_(services)
{
}

HandlerResult TokenHandlers::list(Call& call)
{
    auto query = read_list_query(call, services_.cursors);
    if (!query)
        co_return query.error();
    auto const limit = query->limit;
    auto const page = co_await services_.store.api_tokens().list(call.environment(), *std::move(query), call.deadline);
    if (!page)
        co_return page.error();
    co_return list_response(views(page->items), next_cursor_of(call, services_.cursors, page->next), limit);
}

HandlerResult TokenHandlers::get(Call& call)
{
    auto const id = call.id<ApiTokenId>("id", "API token");
    if (!id)
        co_return id.error();
    auto const token = co_await services_.store.api_tokens().find(call.environment(), *id, call.deadline);
    if (!token)
        co_return token.error();
    co_return http::json_response(200, json::value(view(*token)));
}

} // namespace sluice::api
