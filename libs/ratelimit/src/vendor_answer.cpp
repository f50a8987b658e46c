#include "vendor_answer.hpp"

#include "base/encoding.hpp"
#include "dates.hpp"

#include <algorithm>
#include <ranges>
#include <span>
#include <utility>

namespace sluice::ratelimit {
namespace {

/// Longer than any vendor's rate-limit value. A longer one would only cost time.
constexpr std::size_t kMaxValueBytes = 1024;

/// Bodies that tell limits are error objects, or GraphQL answers of moderate size.
constexpr json::Limits kBodyLimits{.max_bytes = 1024 * 1024, .max_depth = 64};

bool counts(Field const& field, std::string_view name)
{
    return field.name.size() == name.size() && field.value.size() <= kMaxValueBytes && iequals(field.name, name);
}

/// One step down. Null if there is nothing.
json::value const* step_to(json::value const& at, BodyPath::value_type const& step)
{
    if (auto const* name = std::get_if<std::string>(&step)) {
        auto const* object = at.if_object();
        return object != nullptr ? object->if_contains(*name) : nullptr;
    }
    auto const* array = at.if_array();
    return array != nullptr ? array->if_contains(std::get<std::size_t>(step)) : nullptr;
}

/// Calls `visit` with each value at the path. Each value of the document is passed at most once.
template <class Visit>
void each_at(json::value const& at, std::span<BodyPath::value_type const> path, Visit const& visit)
{
    if (path.empty())
        return visit(at);
    auto const rest = path.subspan(1);
    if (!std::holds_alternative<Each>(path.front())) {
        if (auto const* next = step_to(at, path.front()))
            each_at(*next, rest, visit);
    } else if (auto const* object = at.if_object()) {
        for (auto const& member : *object)
            each_at(member.value(), rest, visit);
    } else if (auto const* array = at.if_array()) {
        for (auto const& element : *array)
            each_at(element, rest, visit);
    }
}

/// The value at a place. Objects, arrays and Booleans count as present, but have neither text nor number.
std::optional<Value> to_value(json::value const& value)
{
    if (value.is_null())
        return std::nullopt;
    if (auto const* text = value.if_string())
        return text->size() <= kMaxValueBytes ? std::optional(Value{trim(*text), {}}) : std::nullopt;
    if (auto const* number = value.if_int64())
        return Value{{}, to_decimal(static_cast<double>(*number))};
    if (auto const* number = value.if_uint64())
        return Value{{}, to_decimal(static_cast<double>(*number))};
    if (auto const* number = value.if_double())
        return Value{{}, to_decimal(*number)};
    return Value{};
}

/// The word after `mark`, without punctuation at its end. A comma or a semicolon ends it too.
std::string_view word_after(std::string_view text, std::string_view mark)
{
    auto const at = text.find(mark);
    if (at == std::string_view::npos)
        return {};
    text = trim(text.substr(at + mark.size()));
    text = text.substr(0, text.find_first_of(" \t\r\n,;"));
    return text.substr(0, text.find_last_not_of(".,;)\"") + 1);
}

std::optional<Decimal> number_in(Value const& value)
{
    return value.number ? value.number : parse_decimal(value.text);
}

/// The value at a path: of several the largest number, or else the first.
std::optional<Value> value_at(json::value const* root, BodyPath const& path)
{
    std::optional<Value> best;
    if (root == nullptr)
        return best;
    each_at(*root, path, [&best](json::value const& found) {
        auto const value = to_value(found);
        if (value && (!best || count_in(*value) > count_in(*best)))
            best = value;
    });
    return best;
}

} // namespace

std::optional<Decimal> count_in(Value const& value)
{
    return value.number ? value.number : first_decimal(value.text);
}

AnswerReader::AnswerReader(Answer const& answer, Timestamp now)
    : answer_(answer)
    , now_(std::chrono::floor<std::chrono::microseconds>(now))
{
}

std::optional<std::string_view> AnswerReader::header(std::string_view name) const
{
    for (auto const& field : answer_.fields | std::views::reverse) {
        if (counts(field, name))
            return trim(field.value);
    }
    return std::nullopt;
}

std::vector<std::string_view> AnswerReader::lines(std::string_view name) const
{
    std::vector<std::string_view> lines;
    for (auto const& field : answer_.fields) {
        if (counts(field, name) && lines.size() < kMaxWindows)
            lines.push_back(trim(field.value));
    }
    return lines;
}

std::optional<Value> AnswerReader::value(Source const& source)
{
    std::optional<Value> value;
    if (!source.path.empty() || source.header.empty())
        value = value_at(source.header.empty() ? body() : json_in(source.header), source.path);
    else if (auto const text = header(source.header))
        value = Value{*text, {}};
    if (value && !source.after.empty())
        value->text = word_after(value->text, source.after);
    return value;
}

std::optional<Decimal> AnswerReader::count(Source const& source)
{
    auto const value = this->value(source);
    auto const count = value ? count_in(*value) : std::nullopt;
    if (value && !count)
        note_unread(source.header);
    return count;
}

std::optional<Wait> AnswerReader::wait(TimeSource const& source)
{
    auto const value = this->value(source.source);
    auto const wait = value ? wait_of(*value, source.unit, source.source.header) : std::nullopt;
    if (value && !wait)
        note_unread(source.source.header);
    return wait;
}

std::optional<Wait> AnswerReader::wait_in_header(std::string_view name)
{
    auto const text = header(name);
    auto const wait = text ? wait_of(Value{*text, {}}, Unit::automatic, name) : std::nullopt;
    if (text && !wait)
        note_unread(name);
    return wait;
}

void AnswerReader::note_unread(std::string_view name)
{
    if (unread_.empty() && !name.empty() && !header(name).value_or(std::string_view{}).empty())
        unread_ = name;
}

std::optional<Wait> AnswerReader::wait_of(Value const& value, Unit unit, std::string_view name)
{
    std::optional<Wait> wait;
    switch (unit) {
    case Unit::delta_s:
    case Unit::delta_ms:
    case Unit::delta_min:
    case Unit::epoch_s:
    case Unit::epoch_ms:
        wait = number_to_wait(number_in(value), unit);
        break;
    case Unit::duration:
        wait = parse_duration(value.text);
        break;
    case Unit::iso:
        wait = until(parse_iso(value.text));
        break;
    case Unit::httpdate:
        wait = until(parse_http_date(value.text));
        break;
    case Unit::automatic:
        wait = guess(value, name);
        break;
    }
    return wait && *wait <= kMaxWait ? wait : std::nullopt;
}

std::optional<Wait> AnswerReader::number_to_wait(std::optional<Decimal> number, Unit unit)
{
    if (!number)
        return std::nullopt;
    if (unit == Unit::delta_min) {
        // More minutes than there may be seconds are too many, and might not fit.
        if (Wait{number->millionths} > kMaxWait)
            return std::nullopt;
        return std::max(Wait{number->millionths}, -kMaxWait) * 60;
    }
    bool const milli = unit == Unit::delta_ms || unit == Unit::epoch_ms;
    // `Wait` counts microseconds: millionths of a second are taken as they are, those of a millisecond are divided by
    // 1000 and rounded up.
    Wait const wait{milli ? number->millionths / 1000 + (number->millionths % 1000 > 0 ? 1 : 0) : number->millionths};
    if (unit == Unit::delta_s || unit == Unit::delta_ms)
        return wait;
    return until(Instant{wait});
}

/// Takes a number as seconds from now, unless it is too large: 1e9 s is a time in 2001 and 1e11 ms one in 1973, and as
/// seconds from now they would be decades.
std::optional<Wait> AnswerReader::guess(Value const& value, std::string_view name)
{
    constexpr auto kEpochSeconds = Decimal::of(1'000'000'000);
    constexpr auto kEpochMilliseconds = Decimal::of(100'000'000'000);
    if (auto const number = number_in(value)) {
        if (*number >= kEpochMilliseconds)
            return number_to_wait(number, Unit::epoch_ms);
        if (name.ends_with("-ms") || name.ends_with("-milliseconds"))
            return number_to_wait(number, Unit::delta_ms);
        return number_to_wait(number, *number >= kEpochSeconds ? Unit::epoch_s : Unit::delta_s);
    }
    if (auto const duration = parse_duration(value.text))
        return duration;
    auto const moment = parse_iso(value.text);
    return until(moment ? moment : parse_http_date(value.text));
}

std::optional<Wait> AnswerReader::until(std::optional<Instant> moment)
{
    return moment ? std::optional(*moment - vendor_now()) : std::nullopt;
}

/// The vendor's clock. The `Date` header tells it, unless `Age` shows that a cache kept the answer for a while.
Instant AnswerReader::vendor_now()
{
    if (!vendor_now_) {
        auto const date = header("age") ? std::nullopt : header("date");
        auto const moment = date ? parse_http_date(*date) : std::nullopt;
        vendor_now_ = moment.value_or(now_);
    }
    return *vendor_now_;
}

json::value const* AnswerReader::body()
{
    if (!std::exchange(body_read_, true) && !answer_.body.empty()) {
        if (auto parsed = json::parse(answer_.body, kBodyLimits))
            body_ = std::move(*parsed);
    }
    return body_ ? &*body_ : nullptr;
}

/// The value of a header that is JSON. It is read once for all places in it.
json::value const* AnswerReader::json_in(std::string_view name)
{
    if (json_header_ != name) {
        json_header_ = name;
        json_.reset();
        auto const text = header(name);
        if (text && !text->empty()) {
            if (auto parsed = json::parse(*text, kBodyLimits))
                json_ = *std::move(parsed);
            else
                note_unread(name);
        }
    }
    return json_ ? &*json_ : nullptr;
}

} // namespace sluice::ratelimit
