#include "proxy/parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sluice::proxy {
namespace {

Result<std::int64_t> parse_limit(std::string_view text, catalog::Pagination const& pagination)
{
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 1 || value > pagination.max_limit)
        return invalid("limit", fmt::format("must be an integer from 1 to {}", pagination.max_limit));
    return value;
}

} // namespace

Result<catalog::CallParts> rest_parts(catalog::Method const& method, std::optional<std::string> id, http::Query query,
                                      std::optional<json::value> body)
{
    catalog::CallParts parts;
    parts.body = std::move(body);
    auto const own_id = method.own_id();
    std::vector<FieldFailure> failures;
    for (auto const& part : method.path) {
        if (!part.is_parameter)
            continue;
        if (id && own_id == part.text)
            parts.path.emplace_back(part.text, *std::exchange(id, std::nullopt));
        else if (auto value = query.take(part.text))
            parts.path.emplace_back(part.text, *std::move(value));
        else
            failures.push_back({part.text, "is required as a query parameter"});
    }
    if (id)
        failures.push_back({"id", fmt::format("is not taken by {}.{}", method.resource, method.name)});
    if (method.paginated) {
        if (auto const text = query.take("limit")) {
            auto const limit = parse_limit(*text, method.pagination);
            if (limit)
                parts.limit = *limit;
            else
                failures.push_back(limit.error().failures().front());
        }
        parts.next_cursor = query.take("next_cursor");
    }
    if (!failures.empty())
        return Error{std::move(failures)};
    for (auto const& [name, value] : query.pairs())
        parts.query.emplace_back(name, value);
    return parts;
}

catalog::CallParts flat_parts(catalog::Method const& method, json::object const& arguments)
{
    catalog::CallParts parts;
    json::object body;
    for (auto const& [name, value] : arguments) {
        auto const* parameter = method.find_parameter(name);
        if (parameter == nullptr)
            body[name] = value;
        else if (auto const* elements = value.if_array(); elements != nullptr && !parameter->in_path)
            for (auto const& element : *elements)
                parts.query.emplace_back(name, tools::text_of_argument(element));
        else
            (parameter->in_path ? parts.path : parts.query).emplace_back(name, tools::text_of_argument(value));
    }
    if (!body.empty())
        parts.body = std::move(body);
    return parts;
}

std::string cursor_binding(std::string_view account, catalog::Method const& method, catalog::CallParts const& parts)
{
    auto text = fmt::format("{}|{}.{}", account, method.resource, method.name);
    auto const add = [&](std::string_view value) { text += fmt::format("|{}:{}", value.size(), value); };
    for (auto const& [name, value] : parts.path) {
        add(name);
        add(value);
    }
    auto query = parts.query;
    std::ranges::sort(query);
    for (auto const& [name, value] : query) {
        add(name);
        add(value);
    }
    if (parts.body)
        add(boost::json::serialize(*parts.body));
    return text;
}

} // namespace sluice::proxy
