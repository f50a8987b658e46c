#include "ratelimit/rule.hpp"

#include "base/encoding.hpp"
#include "node.hpp"
#include "values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace sluice::ratelimit {
namespace {

constexpr std::size_t kMaxConditions = 16;
constexpr std::size_t kMaxPathSteps = 16;
constexpr std::size_t kMaxTextBytes = 256;
constexpr std::int64_t kMaxWaitSeconds = std::chrono::duration_cast<std::chrono::seconds>(kMaxWait).count();

constexpr auto kUnits = std::to_array<std::pair<std::string_view, Unit>>({
    {"auto", Unit::automatic},
    {"delta_s", Unit::delta_s},
    {"delta_ms", Unit::delta_ms},
    {"delta_min", Unit::delta_min},
    {"epoch_s", Unit::epoch_s},
    {"epoch_ms", Unit::epoch_ms},
    {"duration", Unit::duration},
    {"iso", Unit::iso},
    {"httpdate", Unit::httpdate},
});

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
               std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
    });
}

/// Removes `.name` or `[3]` from the front.
bool take_step(std::string_view& text, BodyPath& path)
{
    bool const is_index = text.front() == '[';
    auto const end = is_index ? text.find(']') : std::min(text.find_first_of(".[]", 1), text.size());
    if (end == std::string_view::npos || end < 2 || (!is_index && text.front() != '.'))
        return false;
    auto const inside = text.substr(1, end - 1);
    text.remove_prefix(end + (is_index ? 1 : 0));
    if (inside == "*") {
        path.emplace_back(Each{});
        return true;
    }
    if (!is_index) {
        path.emplace_back(std::string(inside));
        return true;
    }
    std::size_t index = 0;
    auto const [stop, error] = std::from_chars(inside.data(), inside.data() + inside.size(), index);
    path.emplace_back(index);
    return error == std::errc{} && stop == inside.data() + inside.size();
}

std::optional<BodyPath> parse_path(std::string_view text)
{
    if (!text.starts_with('$'))
        return std::nullopt;
    text.remove_prefix(1);
    BodyPath path;
    while (!text.empty()) {
        if (path.size() == kMaxPathSteps || !take_step(text, path))
            return std::nullopt;
    }
    return path;
}

std::string read_header_name(Node const& node)
{
    auto const name = node.text(kMaxTextBytes);
    if (!is_token(name))
        node.fail("must be the name of a header");
    return to_lower(name);
}

BodyPath read_path(Node const& node)
{
    auto const text = node.text(kMaxTextBytes);
    auto path = text.empty() ? BodyPath{} : parse_path(text);
    if (!path)
        node.fail("must be a path like $.errors[0].code");
    return path.value_or(BodyPath{});
}

/// Reads `json`, the place in a header whose value is JSON.
BodyPath read_path_in_header(Node const& node, bool has_header)
{
    auto path = read_path(node);
    if (!has_header || path.empty())
        node.fail("must be a path like $.a beside a header");
    return path;
}

/// Reads the members `header`, `json`, `body` and `after`. The caller reads the others.
Source read_place(Node const& node)
{
    Source source;
    auto const header = node.member("header");
    auto const body = node.member("body");
    if (header.has_value() == body.has_value())
        node.fail("must have either header or body");
    if (header)
        source.header = read_header_name(*header);
    if (body)
        source.path = read_path(*body);
    if (auto const inside = node.member("json"))
        source.path = read_path_in_header(*inside, header.has_value());
    if (auto const after = node.member("after"))
        source.after = after->text(kMaxTextBytes);
    return source;
}

Source read_source(Node const& node)
{
    return node.is_object_of({"header", "json", "body", "after"}) ? read_place(node) : Source{};
}

Unit read_unit(Node const& node)
{
    auto const name = node.text(kMaxTextBytes);
    auto const* found = std::ranges::find(kUnits, name, &decltype(kUnits)::value_type::first);
    if (found != kUnits.end())
        return found->second;
    if (!name.empty())
        node.fail("must be auto, delta_s, delta_ms, delta_min, epoch_s, epoch_ms, duration, iso or httpdate");
    return Unit::automatic;
}

TimeSource read_time_source(Node const& node)
{
    TimeSource time;
    if (!node.is_object_of({"header", "json", "body", "after", "unit"}))
        return time;
    time.source = read_place(node);
    if (auto const unit = node.member("unit"))
        time.unit = read_unit(*unit);
    return time;
}

Quantity read_quantity(Node const& node, std::int64_t least)
{
    Quantity quantity;
    if (!node.is_object_of({"header", "json", "body", "after", "const"}))
        return quantity;
    auto const constant = node.member("const");
    if (!constant)
        quantity.source = read_place(node);
    else if (node.size() > 1)
        node.fail("must have either const or a place in the answer");
    else
        quantity.constant = constant->integer(least, kMaxWhole);
    return quantity;
}

template <class T, class Read>
void set(std::optional<T>& target, std::optional<Node> const& node, Read const& read)
{
    if (node)
        target = read(*node);
}

/// Reads `window_s`: a number of seconds, or the place where the vendor sends the length.
void read_length(Node const& node, WindowRule& window)
{
    if (!node.is_object()) {
        window.length = to_wait(node.positive(static_cast<double>(kMaxWaitSeconds)));
        return;
    }
    auto length = read_time_source(node);
    constexpr std::array kLengthUnits{Unit::delta_s, Unit::delta_ms, Unit::delta_min, Unit::duration};
    if (std::ranges::find(kLengthUnits, length.unit) == kLengthUnits.end())
        node.fail("must have the unit delta_s, delta_ms, delta_min or duration");
    window.length_source = std::move(length);
}

void check_window(Node const& node)
{
    auto const has = [&node](std::string_view name) { return node.member(name).has_value(); };
    if (has("ratio") && (has("limit") || has("remaining") || has("used")))
        node.fail("must have either ratio, or limit, remaining and used");
    if (has("drain_s") && has("restore_per_s"))
        node.fail("must have at most one of drain_s and restore_per_s");
    if (!has("ratio") && !has("limit") && !has("remaining") && !has("reset"))
        node.fail("must have one of limit, remaining, ratio and reset");
}

WindowRule read_window(Node const& node)
{
    WindowRule window;
    if (!node.is_object_of(
            {"name", "unit", "limit", "remaining", "used", "ratio", "reset", "window_s", "drain_s", "restore_per_s"}))
        return window;
    if (auto const name = node.required("name"))
        window.name = name->text(kMaxTextBytes);
    if (auto const unit = node.member("unit"))
        window.unit = unit->text(kMaxTextBytes);
    set(window.limit, node.member("limit"), [](Node const& limit) { return read_quantity(limit, 0); });
    set(window.remaining, node.member("remaining"), read_source);
    set(window.used, node.member("used"), read_source);
    set(window.ratio, node.member("ratio"), read_source);
    set(window.reset, node.member("reset"), read_time_source);
    set(window.drain_s, node.member("drain_s"), [](Node const& drain) { return drain.positive(kMaxWaitSeconds); });
    set(window.restore_per_s, node.member("restore_per_s"), [](Node const& rate) { return read_quantity(rate, 1); });
    if (auto const length = node.member("window_s"))
        read_length(*length, window);
    check_window(node);
    return window;
}

std::vector<WindowRule> read_windows(Node const& node)
{
    std::vector<WindowRule> windows;
    for (auto const& element : node.elements(kMaxWindows)) {
        auto window = read_window(element);
        bool const is_twin = std::ranges::find(windows, window.name, &WindowRule::name) != windows.end();
        if (is_twin && !window.name.empty())
            element.fail_at("name", "must differ from the names of the other windows");
        windows.push_back(std::move(window));
    }
    return windows;
}

/// One status, or a list of them.
std::vector<int> read_statuses(Node const& node)
{
    constexpr std::size_t kMaxStatuses = 16;
    std::vector<int> statuses;
    for (auto const& element : node.one_or_more(kMaxStatuses))
        statuses.push_back(static_cast<int>(element.integer(100, 599)));
    return statuses;
}

/// Reads strings or integers. Both are kept as texts, to be compared with an answer.
std::vector<std::string> read_equals(Node const& node)
{
    constexpr std::size_t kMaxValues = 32;
    std::vector<std::string> texts;
    for (auto const& element : node.one_or_more(kMaxValues))
        texts.push_back(element.is_number() ? std::to_string(element.integer(-kMaxWhole, kMaxWhole))
                                            : element.text(kMaxTextBytes));
    return texts;
}

Condition read_condition(Node const& node)
{
    Condition condition;
    if (!node.is_object_of({"status", "remaining", "header", "json", "body", "after", "equals"}))
        return condition;
    if (node.size() == 0)
        node.fail("must not be empty, or every answer would be a throttled one");
    if (auto const status = node.member("status"))
        condition.statuses = read_statuses(*status);
    set(condition.remaining, node.member("remaining"), [](Node const& least) { return least.integer(0, kMaxWhole); });
    auto const equals = node.member("equals");
    if (node.member("header") || node.member("json") || node.member("body") || node.member("after") || equals)
        condition.value = read_place(node);
    if (equals)
        condition.equals = read_equals(*equals);
    return condition;
}

std::vector<Condition> read_conditions(Node const& node)
{
    std::vector<Condition> conditions;
    if (!node.is_object_of({"status", "or"}))
        return conditions;
    if (auto const status = node.member("status"))
        conditions.push_back({.statuses = read_statuses(*status), .remaining = {}, .value = {}, .equals = {}});
    if (auto const alternatives = node.member("or")) {
        for (auto const& element : alternatives->elements(kMaxConditions))
            conditions.push_back(read_condition(element));
    }
    return conditions;
}

Rule read_rule(Node const& node)
{
    Rule rule;
    if (!node.is_object_of({"throttled_when", "windows", "retry_after", "default_retry_s", "strict"}))
        return rule;
    if (auto const windows = node.member("windows"))
        rule.windows = read_windows(*windows);
    if (auto const conditions = node.member("throttled_when"))
        rule.throttled_when = read_conditions(*conditions);
    set(rule.retry_after, node.member("retry_after"), read_time_source);
    set(rule.default_retry_s, node.member("default_retry_s"),
        [](Node const& wait) { return wait.integer(1, kMaxWaitSeconds); });
    if (auto const strict = node.member("strict"))
        rule.strict = strict->boolean();
    return rule;
}

} // namespace

Result<Rule> Rule::parse(json::value const& block, std::string_view path)
{
    std::vector<FieldFailure> failures;
    auto rule = read_rule(Node(block, std::string(path), failures));
    if (!failures.empty())
        return Error{std::move(failures)};
    return rule;
}

} // namespace sluice::ratelimit
