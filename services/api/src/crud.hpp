#pragma once

#include "call.hpp"
#include "list_query.hpp"
#include "views.hpp"

#include <optional>
#include <utility>

namespace sluice::api {

// What every resource's list, get and delete have in common. Each takes what to do with the repository.

/// `GET /x`. `list(ListQuery)` is a `Task<Result<Page<Row>>>`.
template <class List>
HandlerResult answer_list(Call& call, crypto::CursorSealer const& cursors, List list)
{
    auto query = read_list_query(call, cursors);
    if (!query)
        co_return query.error();
    auto const limit = query->limit;
    auto const page = co_await list(*std::move(query));
    if (!page)
        co_return page.error();
    co_return list_response(views(page->items), next_cursor_of(call, cursors, page->next), limit);
}

/// `GET /x/{id}`. `find(Id)` is a `Task<Result<Row>>`; `what` names the resource in errors.
template <class IdType, class Find>
HandlerResult answer_get(Call& call, std::string_view what, Find find, std::string_view placeholder = "id")
{
    auto const id = call.id<IdType>(placeholder, what);
    if (!id)
        co_return id.error();
    auto const row = co_await find(*id);
    if (!row)
        co_return row.error();
    co_return http::json_response(200, json::value(view(*row)));
}

/// `DELETE /x/{id}`. `remove(Id)` is a `Task<Result<void>>`; what caches hold of the row is gone before the answer.
template <class IdType, class Remove>
HandlerResult answer_remove(Call& call, std::string_view what, snapshots::Announcer& announcer,
                            std::optional<snapshots::Change::Kind> change, Remove remove)
{
    auto const id = call.id<IdType>("id", what);
    if (!id)
        co_return id.error();
    auto const removed = co_await remove(*id);
    if (!removed)
        co_return removed.error();
    if (change)
        co_await announcer.announce({*change, call.environment(), id->uuid()});
    co_return http::json_response(200, json::value(json::object{{"id", id->str()}}));
}

} // namespace sluice::api
