#include "batch/graph.hpp"

#include "http_api/query.hpp"
#include "proxy/parts.hpp"
#include "tools/arguments.hpp"

#include <charconv>

namespace sluice::batch {
namespace {

void add_query(http::Query& query, std::string const& name, json::value const& value)
{
    if (auto const* elements = value.if_array()) {
        for (auto const& element : *elements)
            query.add(name, tools::text_of_argument(element));
    } else if (auto const* members = value.if_object()) {
        for (auto const& [key, member] : *members)
            query.add(name + '[' + std::string(key) + ']', tools::text_of_argument(member));
    } else if (!value.is_null()) {
        query.add(name, tools::text_of_argument(value));
    }
}

/// Takes `limit` out of the query of a list with pages.
Result<std::optional<std::int64_t>> take_limit(catalog::Method const& method, http::Query& query)
{
    auto const text = method.paginated ? query.take("limit") : std::nullopt;
    if (!text)
        return std::optional<std::int64_t>{};
    std::int64_t limit = 0;
    auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
    if (error != std::errc{} || end != text->data() + text->size() || limit < 1)
        return invalid("query.limit", "must be an integer above 0: the most records of this list");
    return std::optional(limit);
}

/// The mistakes of a REST request, with their paths in a node.
Error in_node(Error const& error, catalog::Method const& method)
{
    auto failures = error.failures();
    for (auto& failure : failures) {
        bool const is_id = failure.path == "id" || failure.path == method.own_id();
        failure.path = is_id ? std::string("id") : "query." + failure.path;
        if (failure.message == "is required as a query parameter")
            failure.message = "is required: it stands in the vendor's path";
    }
    return failures.empty() ? error : Error{std::move(failures)};
}

} // namespace

Result<catalog::CallParts> parts_of(PlannedNode const& node, json::value const& values)
{
    auto const rendered = node.query.render(values);
    if (!rendered)
        return rendered.error();
    http::Query query;
    if (auto const* members = rendered->if_object())
        for (auto const& [name, value] : *members)
            add_query(query, std::string(name), value);
    auto const limit = take_limit(*node.method, query);
    if (!limit)
        return limit.error();
    std::optional<std::string> id;
    if (node.id) {
        auto const value = node.id->render(values);
        if (!value)
            return value.error();
        if (value->is_structured() || value->is_null())
            return invalid("id", "must be a text or a number");
        id = tools::text_of_argument(*value);
    }
    std::optional<json::value> body;
    if (node.body) {
        auto value = node.body->render(values);
        if (!value)
            return value.error();
        body = *std::move(value);
    }
    auto parts = proxy::rest_parts(*node.method, std::move(id), std::move(query), std::move(body));
    if (!parts)
        return in_node(parts.error(), *node.method);
    parts->limit = *limit;
    return parts;
}

} // namespace sluice::batch
