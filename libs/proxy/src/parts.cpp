#include "proxy/parts.hpp"

#include "base/encoding.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>

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

template <class Name>
std::string names_of(catalog::Integration const& integration, Name name_of)
{
    std::set<std::string_view> names;
    for (auto const& method : integration.methods)
        if (auto const name = name_of(method); !name.empty())
            names.insert(name);
    return fmt::format("{}", fmt::join(names, ", "));
}

} // namespace

Result<catalog::Method const*> rest_method(catalog::Integration const& integration, std::string_view resource,
                                           std::string_view method)
{
    if (!integration.has_resource(resource))
        return Error{
            ErrorCode::not_found,
            fmt::format("{} has no resource {}. It has {}.", integration.label, utf8_prefix(resource, 60),
                        names_of(integration, [](auto const& each) { return std::string_view(each.resource); }))};
    auto const* found = integration.find(resource, method);
    if (found == nullptr && method == "list") {
        found = integration.find(resource, "get");
        if (found != nullptr && found->own_id())
            found = nullptr;
    }
    if (found == nullptr)
        return Error{ErrorCode::not_found,
                     fmt::format("{} of {} has no method {}. It has {}.", resource, integration.label,
                                 utf8_prefix(method, 60), names_of(integration, [&](auto const& each) {
                                     return each.resource == resource ? std::string_view(each.name)
                                                                      : std::string_view();
                                 }))};
    return found;
}

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
    // A method that a request made for itself is told by its path and its way of paging.
    if (method.tool_name.empty()) {
        for (auto const& part : method.path)
            add(part.text);
        add(method.pagination.style != nullptr ? method.pagination.style->name() : "");
    }
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

Place Place::parse(std::string_view text)
{
    auto const line = text.find('\n');
    Place place;
    place.position = text.substr(0, line);
    if (line == std::string_view::npos)
        return place;
    // A cursor that was sealed before has no limit here; such a reader takes the number of records alone.
    auto const* const end = text.data() + text.size();
    auto const skip = std::from_chars(text.data() + line + 1, end, place.skip);
    std::int64_t limit = 0;
    if (skip.ptr != end && *skip.ptr == ' ' && std::from_chars(skip.ptr + 1, end, limit).ec == std::errc{})
        place.limit = limit;
    return place;
}

std::string Place::str() const
{
    return skip > 0 ? fmt::format("{}\n{} {}", position, skip, limit.value_or(0)) : position;
}

std::optional<std::int64_t> limit_at(Place const& place, catalog::Pagination const& pagination,
                                     std::optional<std::int64_t> limit)
{
    if (place.skip > 0 && place.limit)
        return *place.limit > 0 ? place.limit : std::nullopt;
    if (place.skip > 0)
        return std::min(limit.value_or(pagination.default_limit) + place.skip, pagination.max_limit);
    if (!limit && pagination.style->asks_size(pagination.settings))
        limit = pagination.default_limit;
    return limit ? std::optional(std::min(*limit, pagination.max_limit)) : limit;
}

} // namespace sluice::proxy
