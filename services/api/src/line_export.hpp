#pragma once

#include "base/result.hpp"
#include "call.hpp"
#include "http_api/message.hpp"
#include "list_query.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::api {

// Lists that can also be exported: `format=ndjson` gives all rows from the first on, a line of JSON each.

enum class ListFormat {
    page,
    lines, ///< `ndjson`
};

/// Takes `format` off the query. Errors: invalid_argument.
[[nodiscard]] Result<ListFormat> take_format(http::Query& query);

/// Rows that one query of an export reads.
inline constexpr std::int64_t kExportPage = 1000;
/// The time for one page of an export.
inline constexpr std::chrono::seconds kExportPageLimit{30};

/// Writes a page and all that follow it as lines of JSON. A failure cuts the connection, so that the client does not
/// take the export for whole.
template <class PageResult, class View, class List>
Task<void> write_pages(http::BodySink& sink, PageResult page, View view, List list, tenancy::ListQuery query)
{
    while (page) {
        std::string lines;
        for (auto const& row : page->items)
            lines += boost::json::serialize(view(row)) + '\n';
        if (!lines.empty())
            if (auto const sent = co_await sink.write(std::move(lines)); !sent)
                co_return;
        if (!page->next)
            co_return;
        query.after = page->next;
        page = co_await list(query, Deadline::after(kExportPageLimit));
    }
    sink.abort();
}

/// The answer with all rows, as a file of that name. `list(ListQuery, Deadline)` is a `Task<Result<Page<Row>>>`; it
/// must own what it uses, since it is called after the handler has returned.
template <class View, class List>
HandlerResult answer_lines(Call& call, crypto::CursorSealer const& cursors, std::string_view file, View view, List list)
{
    auto query = read_list_query(call, cursors);
    if (!query)
        co_return query.error();
    query->limit = kExportPage;
    // Mistakes in the filters, and a database that is down, are told before the answer begins.
    auto first = co_await list(*query, call.deadline);
    if (!first)
        co_return first.error();
    http::Response response;
    response.headers.add("content-type", "application/x-ndjson");
    response.headers.add("content-disposition", std::string("attachment; filename=\"").append(file) + '"');
    response.stream = [view, list = std::move(list), query = *std::move(query), first = std::move(first)](
                          http::BodySink& sink) { return write_pages(sink, first, view, list, query); };
    co_return response;
}

} // namespace sluice::api
