#include "values.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace sluice::ratelimit {
namespace {

constexpr bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool take(std::string_view& text, char c)
{
    if (!text.starts_with(c))
        return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::int64_t> take_whole(std::string_view& text)
{
    if (text.empty() || !is_digit(text.front()))
        return std::nullopt;
    std::int64_t whole = 0;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
        whole = whole * 10 + (text.front() - '0');
        if (whole > kMaxWhole)
            return std::nullopt;
    }
    return whole;
}

std::optional<std::int64_t> take_fraction(std::string_view& text)
{
    if (!take(text, '.'))
        return 0;
    if (text.empty() || !is_digit(text.front()))
        return std::nullopt;
    std::int64_t fraction = 0;
    for (auto scale = Decimal::kScale / 10; !text.empty() && is_digit(text.front()); text.remove_prefix(1)) {
        fraction += scale * (text.front() - '0');
        scale /= 10;
    }
    return fraction;
}

/// Whether the text ends here, or a list or parameters begin.
bool at_boundary(std::string_view text)
{
    text = trim(text);
    return text.empty() || text.front() == ',' || text.front() == ';';
}

/// Nanoseconds of each unit. A longer name comes before a shorter one that is its beginning. Both forms of the micro
/// sign are there.
constexpr auto kDurationUnits = std::to_array<std::pair<std::string_view, std::int64_t>>({
    {"ns", 1},
    {"us", 1'000},
    {"\u00b5s", 1'000},
    {"\u03bcs", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"h", 3'600'000'000'000},
    {"d", 86'400'000'000'000},
});

std::optional<std::int64_t> take_unit(std::string_view& text)
{
    for (auto const& [name, nanoseconds] : kDurationUnits) {
        if (text.starts_with(name)) {
            text.remove_prefix(name.size());
            return nanoseconds;
        }
    }
    return std::nullopt;
}

} // namespace

std::string_view trim(std::string_view text)
{
    constexpr std::string_view kBlanks = " \t";
    auto const first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::optional<Decimal> take_decimal(std::string_view& text)
{
    bool const negative = take(text, '-');
    auto const whole = take_whole(text);
    if (!whole)
        return std::nullopt;
    auto const fraction = take_fraction(text);
    if (!fraction)
        return std::nullopt;
    auto const millionths = *whole * Decimal::kScale + *fraction;
    return Decimal{negative ? -millionths : millionths};
}

std::optional<Decimal> parse_decimal(std::string_view text)
{
    auto const number = take_decimal(text);
    return text.empty() ? number : std::nullopt;
}

std::optional<Decimal> first_decimal(std::string_view text)
{
    auto const number = take_decimal(text);
    return at_boundary(text) ? number : std::nullopt;
}

std::optional<Decimal> to_decimal(double number)
{
    if (!(std::abs(number) <= static_cast<double>(kMaxWhole)))
        return std::nullopt;
    return Decimal{std::llround(number * static_cast<double>(Decimal::kScale))};
}

std::optional<Ratio> parse_ratio(std::string_view text)
{
    if (auto const equals = text.find('='); equals < text.find('/'))
        text = trim(text.substr(equals + 1));
    auto const used = take_decimal(text);
    if (!used || !take(text, '/'))
        return std::nullopt;
    auto const limit = take_decimal(text);
    if (!limit || !at_boundary(text))
        return std::nullopt;
    return Ratio{*used, *limit};
}

std::optional<Wait> parse_duration(std::string_view text)
{
    double seconds = 0;
    do {
        auto const number = take_decimal(text);
        if (!number || *number < Decimal{})
            return std::nullopt;
        auto const unit = take_unit(text);
        if (!unit)
            return std::nullopt;
        seconds += number->real() * static_cast<double>(*unit) / 1e9;
    } while (!text.empty());
    return to_wait(seconds);
}

std::optional<Wait> to_wait(double seconds)
{
    if (!(seconds >= 0 && seconds <= std::chrono::duration<double>(kMaxWait).count()))
        return std::nullopt;
    return Wait{static_cast<std::int64_t>(std::ceil(seconds * 1e6))};
}

} // namespace sluice::ratelimit
