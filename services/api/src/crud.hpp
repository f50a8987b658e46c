#pragma once

#include "call.hpp"
#include "http_api/fields.hpp"
#include "list_query.hpp"

#include <optional>
#include <utility>

namespace sluice::api {

// The common part of lists, gets and deletes of all resources. Each function takes the work to do, and the view of a
// row.

template <class T, class View>
[[nodiscard]] json::array views_of(std::vector<T> const& rows, View view)
{
    json::array views;
    for (auto const& row : rows)
        views.push_back(view(row));
    return views;
}

/// 200 with `body`.
[[nodiscard]] inline http::Response ok(json::object body)
{
    return http::json_response(200, json::value(std::move(body)));
}

/// 201 with `body`.
[[nodiscard]] inline http::Response created(json::object body)
{
    return http::json_response(201, json::value(std::move(body)));
}

/// `GET /x`. `list(ListQuery)` is a `Task<Result<Page<Row>>>`.
template <class View, class List>
HandlerResult answer_list(Call& call, crypto::CursorSealer const& cursors, View view, List list)
{
    auto query = read_list_query(call, cursors);
    if (!query)
        co_return query.error();
    auto const limit = query->limit;
    auto const page = co_await list(*std::move(query));
    if (!page)
        co_return page.error();
    co_return list_response(views_of(page->items, view), next_cursor_of(call, cursors, page->next), limit);
}

/// `GET /x/{id}`. `find(Id)` is a `Task<Result<Row>>`; `what` names the resource in errors.
template <class IdType, class View, class Find>
HandlerResult answer_get(Call& call, std::string_view what, View view, Find find)
{
    auto const id = call.id<IdType>("id", what);
    if (!id)
        co_return id.error();
    auto const row = co_await find(*id);
    if (!row)
        co_return row.error();
    co_return ok(view(*row));
}

/// `POST /x`. `read(body)` is a `Result<Input>`, `create(Input)` a `Task<Result<Row>>`.
template <class View, class Read, class Create>
HandlerResult answer_create(Call& call, View view, Read read, Create create)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto input = read(*body);
    if (!input)
        co_return input.error();
    auto const row = co_await create(*std::move(input));
    if (!row)
        co_return row.error();
    co_return created(view(*row));
}

/// `PATCH /x/{id}` and its like. `read(body)` is a `Result<Input>`, `change(Id, Input)` a `Task<Result<Row>>`.
template <class IdType, class View, class Read, class Change>
HandlerResult answer_change(Call& call, std::string_view what, View view, Read read, Change change)
{
    auto const id = call.id<IdType>("id", what);
    if (!id)
        co_return id.error();
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto input = read(*body);
    if (!input)
        co_return input.error();
    auto const row = co_await change(*id, *std::move(input));
    if (!row)
        co_return row.error();
    co_return ok(view(*row));
}

/// `DELETE /x/{id}`. `remove(Id)` is a `Task<Result<void>>`.
template <class IdType, class Remove>
HandlerResult answer_remove(Call& call, std::string_view what, Remove remove)
{
    auto const id = call.id<IdType>("id", what);
    if (!id)
        co_return id.error();
    auto const removed = co_await remove(*id);
    if (!removed)
        co_return removed.error();
    co_return ok({{"id", id->str()}});
}

/// The answer to a change: the view of the changed row, or the error.
template <class T, class View>
[[nodiscard]] Result<http::Response> shown(Result<T> const& row, View view, int status = 200)
{
    if (!row)
        return row.error();
    return http::json_response(status, json::value(view(*row)));
}

} // namespace sluice::api
