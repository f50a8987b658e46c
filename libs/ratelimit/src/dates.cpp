#include "dates.hpp"

#include "base/encoding.hpp"
#include "base/timestamp.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sluice::ratelimit {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};

/// The position of the name that equals `word` or begins with it; `word` must have three letters or more.
template <std::size_t N>
std::optional<unsigned> index_of(std::array<std::string_view, N> const& names, std::string_view word)
{
    if (word.size() < 3)
        return std::nullopt;
    auto const* found = std::ranges::find_if(
        names, [word](std::string_view name) { return iequals(name.substr(0, word.size()), word); });
    if (found == names.end())
        return std::nullopt;
    return static_cast<unsigned>(found - names.begin());
}

std::optional<int> all_digits(std::string_view text)
{
    int value = 0;
    auto const* end = text.data() + text.size();
    auto const [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || text.starts_with('-'))
        return std::nullopt;
    return value;
}

std::optional<seconds> time_of_day(std::string_view text)
{
    if (text.size() != 8 || text[2] != ':' || text[5] != ':')
        return std::nullopt;
    auto const hour = all_digits(text.substr(0, 2));
    auto const minute = all_digits(text.substr(3, 2));
    auto const second = all_digits(text.substr(6, 2));
    // 60: a leap second.
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    return hours{*hour} + minutes{*minute} + seconds{*second};
}

/// `GMT`, `UTC`, `GMT+0100`, `-0500`. Names of other zones mean different things in different places.
std::optional<minutes> zone_offset(std::string_view word)
{
    auto const named = iequals(word.substr(0, 3), "GMT") || iequals(word.substr(0, 3), "UTC");
    auto const offset = named ? word.substr(3) : word;
    if (named && offset.empty())
        return minutes::zero();
    if (offset.size() != 5 || (offset[0] != '+' && offset[0] != '-'))
        return std::nullopt;
    auto const hour = all_digits(offset.substr(1, 2));
    auto const minute = all_digits(offset.substr(3, 2));
    if (!hour || !minute || *hour > 23 || *minute > 59)
        return std::nullopt;
    auto const ahead = hours{*hour} + minutes{*minute};
    return offset[0] == '-' ? -ahead : ahead;
}

/// The words of a date, in whatever order they come; each at most once.
class DateWords {
public:
    /// False if the word has no place in a date.
    bool add(std::string_view word)
    {
        if (word.find(':') != std::string_view::npos)
            return set(time_, time_of_day(word));
        if (auto const number = all_digits(word))
            return word.size() <= 2 ? set(day_, number) : word.size() == 4 && set(year_, number);
        if (word[0] >= '0' && word[0] <= '9')
            return add_rfc850(word);
        if (auto const month_index = index_of(kMonths, word))
            return set(month_, month_index);
        if (auto const weekday_index = index_of(kWeekdays, word))
            return set(weekday_, weekday_index);
        return set(offset_, zone_offset(word));
    }

    [[nodiscard]] std::optional<Instant> instant() const
    {
        if (!day_ || !month_ || !year_ || !time_)
            return std::nullopt;
        auto const date = year{*year_} / month{*month_ + 1} / day{static_cast<unsigned>(*day_)};
        if (!date.ok())
            return std::nullopt;
        return Instant{sys_days{date}} + *time_ - offset_.value_or(minutes::zero());
    }

private:
    /// `20-Nov-26`. A year of two digits is in this century, since the dates in headers are only days away.
    bool add_rfc850(std::string_view word)
    {
        auto const first = word.find('-');
        auto const second = word.find('-', first + 1);
        if (first == std::string_view::npos || second == std::string_view::npos)
            return false;
        auto const short_year = all_digits(word.substr(second + 1));
        if (!short_year || word.size() - second != 3)
            return false;
        return set(day_, all_digits(word.substr(0, first))) &&
               set(month_, index_of(kMonths, word.substr(first + 1, second - first - 1))) &&
               set(year_, std::optional(2000 + *short_year));
    }

    template <class T>
    static bool set(std::optional<T>& part, std::optional<T> value)
    {
        if (part || !value)
            return false;
        part = value;
        return true;
    }

    std::optional<int> day_;
    std::optional<unsigned> month_;
    std::optional<unsigned> weekday_;
    std::optional<int> year_;
    std::optional<seconds> time_;
    std::optional<minutes> offset_;
};

} // namespace

std::optional<Instant> parse_iso(std::string_view text)
{
    if (text.substr(0, 4) >= "2200")
        return std::nullopt;
    auto const time = parse_timestamp(text);
    if (!time)
        return std::nullopt;
    return ceil<microseconds>(*time);
}

std::optional<Instant> parse_http_date(std::string_view text)
{
    constexpr std::string_view kBetween = " ,";
    // The text in brackets is the zone's name.
    text = text.substr(0, text.find('('));
    DateWords words;
    for (auto at = text.find_first_not_of(kBetween); at != std::string_view::npos;) {
        auto const end = std::min(text.find_first_of(kBetween, at), text.size());
        if (!words.add(text.substr(at, end - at)))
            return std::nullopt;
        at = text.find_first_not_of(kBetween, end);
    }
    return words.instant();
}

} // namespace sluice::ratelimit
