#include "text.hpp"

#include "base/encoding.hpp"
#include "base/id.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace sluice::simulator {
namespace {

using namespace std::chrono;

void put(char*& at, unsigned value, int digits)
{
    for (int i = digits - 1; i >= 0; --i) {
        at[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    at += digits;
}

} // namespace

std::string iso(Timestamp time)
{
    auto const day = floor<days>(time);
    year_month_day const date{day};
    hh_mm_ss const clock{floor<microseconds>(time - day)};
    std::string text = "0000-00-00T00:00:00.000000+00:00";
    char* at = text.data();
    put(at, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put(++at, static_cast<unsigned>(date.month()), 2);
    put(++at, static_cast<unsigned>(date.day()), 2);
    put(++at, static_cast<unsigned>(clock.hours().count()), 2);
    put(++at, static_cast<unsigned>(clock.minutes().count()), 2);
    put(++at, static_cast<unsigned>(clock.seconds().count()), 2);
    put(++at, static_cast<unsigned>(clock.subseconds().count()), 6);
    return text;
}

json::value iso_or_null(json::value const& sent)
{
    auto const* text = sent.if_string();
    auto const time = text != nullptr ? parse_timestamp(*text) : std::nullopt;
    return time ? json::value(iso(*time)) : json::value();
}

std::string_view text_at(json::object const& object, std::string_view key)
{
    auto const* text = json::string_at(object, key);
    return text != nullptr ? std::string_view(*text) : std::string_view{};
}

bool true_at(json::object const& object, std::string_view key)
{
    auto const* member = object.if_contains(key);
    return member != nullptr && member->is_bool() && member->get_bool();
}

std::optional<std::int64_t> integer_at(json::object const& object, std::string_view key)
{
    auto const* member = object.if_contains(key);
    return member != nullptr && member->is_int64() ? std::optional(member->get_int64()) : std::nullopt;
}

bool null_at(json::object const& object, std::string_view key)
{
    auto const* member = object.if_contains(key);
    return member == nullptr || member->is_null();
}

bool contains_ignoring_case(std::string_view text, std::string_view part)
{
    if (part.empty())
        return true;
    auto const first = ascii_lower(part.front());
    for (std::size_t i = 0; i + part.size() <= text.size(); ++i)
        if (ascii_lower(text[i]) == first && iequals(text.substr(i, part.size()), part))
            return true;
    return false;
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (;;) {
        auto const end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return parts;
        text.remove_prefix(end + 1);
    }
}

std::string join(std::vector<std::string> const& parts, std::string_view separator)
{
    std::string text;
    for (auto const& part : parts) {
        if (!text.empty())
            text += separator;
        text += part;
    }
    return text;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to)
{
    std::string out;
    for (auto at = text.find(from); at != std::string_view::npos; at = text.find(from)) {
        out.append(text.substr(0, at)).append(to);
        text.remove_prefix(at + from.size());
    }
    return out.append(text);
}

std::string title_of(std::string_view slug)
{
    std::string title(slug);
    std::ranges::replace(title, '-', ' ');
    if (!title.empty() && title[0] >= 'a' && title[0] <= 'z')
        title[0] = static_cast<char>(title[0] - 'a' + 'A');
    return title;
}

std::string random_token()
{
    std::array<std::uint8_t, 36> bytes{};
    random_bytes(bytes);
    return base64url(bytes);
}

std::string random_uuid(Timestamp now)
{
    return to_hex(uuid_v7(now));
}

} // namespace sluice::simulator
