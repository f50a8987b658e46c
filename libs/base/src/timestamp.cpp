#include "base/timestamp.hpp"

#include <charconv>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace sluice {
namespace {

using namespace std::chrono;

/// The last full year that fits into 64 bits of nanoseconds.
constexpr int kLastYear = 2261;

/// Removes exactly `digits` digits from the front of `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits)
{
    if (text.size() < digits)
        return std::nullopt;
    int value = 0;
    auto const* end = text.data() + digits;
    auto const [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value < 0)
        return std::nullopt;
    text.remove_prefix(digits);
    return value;
}

bool take(std::string_view& text, std::string_view any_of)
{
    if (text.empty() || any_of.find(text.front()) == std::string_view::npos)
        return false;
    text.remove_prefix(1);
    return true;
}

std::optional<nanoseconds> take_fraction(std::string_view& text)
{
    if (!take(text, "."))
        return nanoseconds::zero();
    std::int64_t value = 0;
    std::size_t digits = 0;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        if (++digits > 9)
            return std::nullopt;
        value = value * 10 + (text.front() - '0');
        text.remove_prefix(1);
    }
    if (digits == 0)
        return std::nullopt;
    for (; digits < 9; ++digits)
        value *= 10;
    return nanoseconds{value};
}

std::optional<minutes> take_offset(std::string_view& text)
{
    if (text.empty() || take(text, "Zz"))
        return minutes::zero();
    bool const west = text.front() == '-';
    if (!take(text, "+-"))
        return std::nullopt;
    auto const hour = take_number(text, 2);
    if (!hour || *hour > 23 || !take(text, ":"))
        return std::nullopt;
    auto const minute = take_number(text, 2);
    if (!minute || *minute > 59)
        return std::nullopt;
    auto const offset = hours{*hour} + minutes{*minute};
    return west ? -offset : offset;
}

} // namespace

std::string to_rfc3339(Timestamp time)
{
    auto const whole = floor<seconds>(time);
    auto const fraction = duration_cast<milliseconds>(time - whole).count();
    auto const text = fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(system_clock::to_time_t(whole)));
    return fraction == 0 ? text + 'Z' : fmt::format("{}.{:03}Z", text, fraction);
}

std::optional<Timestamp> parse_timestamp(std::string_view text)
{
    auto const y = take_number(text, 4);
    if (!y || *y < 1970 || *y > kLastYear || !take(text, "-"))
        return std::nullopt;
    auto const m = take_number(text, 2);
    if (!m || !take(text, "-"))
        return std::nullopt;
    auto const d = take_number(text, 2);
    if (!d || !take(text, "Tt "))
        return std::nullopt;
    auto const hour = take_number(text, 2);
    if (!hour || *hour > 23 || !take(text, ":"))
        return std::nullopt;
    auto const minute = take_number(text, 2);
    if (!minute || *minute > 59 || !take(text, ":"))
        return std::nullopt;
    auto const second = take_number(text, 2);
    if (!second || *second > 60)
        return std::nullopt;
    auto const fraction = take_fraction(text);
    if (!fraction)
        return std::nullopt;
    auto const offset = take_offset(text);
    if (!offset || !text.empty())
        return std::nullopt;

    auto const date = year{*y} / month{static_cast<unsigned>(*m)} / day{static_cast<unsigned>(*d)};
    if (!date.ok())
        return std::nullopt;
    auto const time = sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second} - *offset;
    return time_point_cast<system_clock::duration>(time + *fraction);
}

} // namespace sluice
