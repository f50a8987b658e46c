#include "list_query.hpp"

#include "base/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sluice::api {
namespace {

/// The binding of a cursor: whose list it is, the path and every filter.
std::string binding_of(Call const& call)
{
    auto pairs = call.query.pairs();
    std::erase_if(pairs, [](auto const& pair) { return pair.first == "next_cursor" || pair.first == "limit"; });
    std::ranges::sort(pairs);
    // Of a session; a list of the team itself has no environment.
    auto text = fmt::format("{}|{}|{}", call.caller.team.str(), call.environment().str(), call.request.path());
    for (auto const& [name, value] : pairs)
        text += fmt::format("|{}:{}={}:{}", name.size(), name, value.size(), value);
    return text;
}

std::vector<std::string> split_commas(std::string_view text)
{
    std::vector<std::string> parts;
    while (true) {
        auto const comma = text.find(',');
        parts.emplace_back(text.substr(0, comma));
        if (comma == std::string_view::npos)
            return parts;
        text.remove_prefix(comma + 1);
    }
}

class QueryReader {
public:
    explicit QueryReader(Call const& call)
        : call_(call)
    {
    }

    Result<tenancy::ListQuery> read(crypto::CursorSealer const& cursors)
    {
        for (auto const& [name, value] : call_.query.pairs())
            read_pair(name, value, cursors);
        if (!failures_.empty())
            return Error{std::move(failures_)};
        return std::move(query_);
    }

private:
    void read_pair(std::string const& name, std::string const& value, crypto::CursorSealer const& cursors)
    {
        if (name == "limit")
            return read_limit(value);
        if (name == "next_cursor")
            return read_cursor(value, cursors);
        auto const bracket = name.find('[');
        auto const field = name.substr(0, bracket);
        auto const inside = bracket != std::string::npos && name.back() == ']'
                                ? name.substr(bracket + 1, name.size() - bracket - 2)
                                : std::string();
        if (field == "sort_by")
            return read_sort(inside, value);
        auto const op = bracket == std::string::npos ? tenancy::Condition::Operator::eq : tenancy::operator_of(inside);
        if (!op)
            return fail(name, "has an unknown operator; known are eq, ne, in, gt, gte, lt, lte, like, exist");
        bool const is_list = *op == tenancy::Condition::Operator::in;
        query_.conditions.push_back({field, *op, is_list ? split_commas(value) : std::vector<std::string>{value}});
    }

    void read_limit(std::string const& value)
    {
        auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), query_.limit);
        if (error != std::errc{} || end != value.data() + value.size() || query_.limit < 1 ||
            query_.limit > tenancy::ListQuery::kMaxLimit)
            fail("limit", fmt::format("must be an integer from 1 to {}", tenancy::ListQuery::kMaxLimit));
    }

    void read_cursor(std::string const& value, crypto::CursorSealer const& cursors)
    {
        auto const opened = cursors.open(binding_of(call_), value);
        auto const id = opened ? uuid_from_hex(*opened) : std::nullopt;
        if (id)
            query_.after = *id;
        else
            fail("next_cursor", opened ? "is not valid" : opened.error().failures().front().message);
    }

    void read_sort(std::string const& field, std::string const& direction)
    {
        if (field != "created_at" || (direction != "asc" && direction != "desc"))
            return fail("sort_by", "must be sort_by[created_at]=asc or desc");
        query_.ascending = direction == "asc";
    }

    void fail(std::string name, std::string message) { failures_.push_back({std::move(name), std::move(message)}); }

    Call const& call_;
    tenancy::ListQuery query_;
    std::vector<FieldFailure> failures_;
};

} // namespace

Result<tenancy::ListQuery> read_list_query(Call const& call, crypto::CursorSealer const& cursors)
{
    return QueryReader(call).read(cursors);
}

json::value next_cursor_of(Call const& call, crypto::CursorSealer const& cursors, std::optional<Uuid> const& next)
{
    if (!next)
        return nullptr;
    return json::value(cursors.seal(binding_of(call), to_hex(*next)));
}

http::Response list_response(json::array items, json::value next_cursor, std::int64_t limit)
{
    json::object body;
    body["result"] = std::move(items);
    body["next_cursor"] = std::move(next_cursor);
    body["limit"] = limit;
    return http::json_response(200, json::value(std::move(body)));
}

} // namespace sluice::api
