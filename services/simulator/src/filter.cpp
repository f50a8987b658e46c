#include "filter.hpp"

#include "filter_parser.hpp"
#include "text.hpp"

#include <algorithm>
#include <charconv>
#include <functional>

namespace sluice::simulator {
namespace {

using Values = std::vector<json::value>;

/// `2024-09-01 10:00:00`; a shorter text is no time.
constexpr std::size_t kShortestTime = 19;

/// Numbers may come as texts, in filters and in custom fields.
std::string comparable(json::value const& value)
{
    if (!value.is_string())
        return boost::json::serialize(value);
    auto const time = value.get_string().size() >= kShortestTime ? parse_timestamp(value.get_string()) : std::nullopt;
    return time ? iso(*time) : std::string(value.get_string());
}

bool is_plain_text(json::value const& value)
{
    return value.is_string() && value.get_string().size() < kShortestTime;
}

bool same(json::value const& a, json::value const& b)
{
    return a == b || (!(is_plain_text(a) && is_plain_text(b)) && comparable(a) == comparable(b));
}

bool contains(Values const& all, json::value const& value)
{
    return std::ranges::any_of(all, [&](json::value const& one) { return same(one, value); });
}

bool is_empty(Values const& found, Values const&, Timestamp)
{
    return std::ranges::all_of(
        found, [](json::value const& value) { return value.is_string() && value.get_string().empty(); });
}

bool equals(Values const& found, Values const& wanted, Timestamp)
{
    return wanted[0].is_null() ? found.empty() : contains(found, wanted[0]);
}

int order_of(json::value const& a, json::value const& b)
{
    if (a.is_number() && b.is_number()) {
        auto const difference = a.to_number<double>() - b.to_number<double>();
        return difference < 0 ? -1 : difference > 0 ? 1 : 0;
    }
    return comparable(a).compare(comparable(b));
}

template <class Order>
bool compares(Values const& found, json::value const& bound, Order const& order)
{
    return !found.empty() && order(order_of(found[0], bound), 0);
}

/// `90s`, `30m`, `12h`, `7d`, `2w` before now.
json::value before_now(json::value const& delta, Timestamp now)
{
    using namespace std::chrono;
    auto const text = delta.is_string() ? std::string_view(delta.get_string()) : std::string_view{};
    constexpr Id kMost = 5000; // In weeks that is a century, which a time_point can still go back.
    Id amount = 0;
    auto const end = std::from_chars(text.data(), text.data() + text.size(), amount).ptr;
    auto const unit = end != text.data() + text.size() ? *end : 's';
    constexpr std::pair<char, seconds> kUnits[] = {
        {'s', 1s}, {'m', 1min}, {'h', 1h}, {'d', hours(24)}, {'w', hours(168)}};
    for (auto const& [letter, length] : kUnits)
        if (letter == unit)
            return json::value(iso(now - std::clamp(amount, Id{0}, kMost) * length));
    return json::value(iso(now));
}

template <class Order>
bool compare(Values const& found, Values const& wanted, Timestamp)
{
    return compares(found, wanted[0], Order{});
}

/// At least, or at most, as late as that long ago.
template <class Order>
bool compare_age(Values const& found, Values const& wanted, Timestamp now)
{
    return compares(found, before_now(wanted[0], now), Order{});
}

bool not_equals(Values const& found, Values const& wanted, Timestamp now)
{
    return !equals(found, wanted, now);
}

bool contains_any(Values const& found, Values const& wanted, Timestamp)
{
    return std::ranges::any_of(wanted, [&](auto const& value) { return contains(found, value); });
}

bool contains_all(Values const& found, Values const& wanted, Timestamp)
{
    return std::ranges::all_of(wanted, [&](auto const& value) { return contains(found, value); });
}

bool contains_none(Values const& found, Values const& wanted, Timestamp now)
{
    return !contains_any(found, wanted, now);
}

bool is_not_empty(Values const& found, Values const& wanted, Timestamp now)
{
    return !is_empty(found, wanted, now);
}

struct NamedTest {
    std::string_view name;
    Filter::Test test;
};
constexpr NamedTest kTests[] = {{"eq", equals},
                                {"neq", not_equals},
                                {"gt", compare<std::greater<>>},
                                {"gte", compare<std::greater_equal<>>},
                                {"lt", compare<std::less<>>},
                                {"lte", compare<std::less_equal<>>},
                                {"gteTimedelta", compare_age<std::greater_equal<>>},
                                {"lteTimedelta", compare_age<std::less_equal<>>},
                                {"containsAny", contains_any},
                                {"containsAll", contains_all},
                                {"notContainsAny", contains_none},
                                {"isEmpty", is_empty},
                                {"isNotEmpty", is_not_empty}};

json::object call_node(Filter::Clause const& clause)
{
    json::array arguments{json::object{{"type", "Identifier"}, {"name", clause.path}}};
    for (auto const& value : clause.values)
        arguments.push_back(json::object{{"type", "Literal"}, {"value", value}});
    return {{"type", "CallExpression"},
            {"callee", {{"type", "Identifier"}, {"name", clause.function}}},
            {"arguments", std::move(arguments)}};
}

} // namespace

std::expected<Filter, std::string> Filter::parse(std::string_view text, Id current_user)
{
    auto clauses = FilterParser(text, current_user).run();
    if (!clauses)
        return std::unexpected(clauses.error());
    Filter filter;
    for (auto& clause : *clauses) {
        auto const named = std::ranges::find(kTests, std::string_view(clause.function), &NamedTest::name);
        if (named == std::end(kTests))
            return std::unexpected("Invalid filters: unknown function " + clause.function + ".");
        clause.test = named->test;
        filter.clauses_.push_back(std::move(clause));
    }
    return filter;
}

bool Filter::matches(Lookup const& lookup, Timestamp now) const
{
    return std::ranges::all_of(
        clauses_, [&](Clause const& clause) { return clause.test(lookup(clause.path), clause.values, now); });
}

json::object Filter::ast() const
{
    json::array body;
    if (!clauses_.empty()) {
        json::value tree = call_node(clauses_[0]);
        for (std::size_t i = 1; i < clauses_.size(); ++i)
            tree = json::object{
                {"type", "LogicalExpression"}, {"operator", "&&"}, {"left", tree}, {"right", call_node(clauses_[i])}};
        body.push_back(json::object{{"type", "ExpressionStatement"}, {"expression", std::move(tree)}});
    }
    return {{"type", "Program"}, {"body", std::move(body)}};
}

} // namespace sluice::simulator
