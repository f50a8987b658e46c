#include "http_api/media_type.hpp"

#include "base/encoding.hpp"

#include <algorithm>

namespace sluice::http {
namespace {

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// RFC 9110 section 5.6.2.
bool is_token(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

} // namespace

std::string MediaType::essence() const
{
    return type.empty() ? std::string() : type + '/' + subtype;
}

bool MediaType::is_json() const noexcept
{
    return ((type == "application" || type == "text") && subtype == "json") || subtype.ends_with("+json");
}

MediaType parse_media_type(std::string_view text)
{
    MediaType media;
    auto const end = text.find(';');
    auto const name = trimmed(text.substr(0, end));
    auto const slash = name.find('/');
    if (slash == std::string_view::npos || !is_token(name.substr(0, slash)) || !is_token(name.substr(slash + 1)))
        return media;
    media.type = to_lower(name.substr(0, slash));
    media.subtype = to_lower(name.substr(slash + 1));
    for (auto rest = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1); !rest.empty();) {
        auto const next = rest.find(';');
        auto const parameter = rest.substr(0, next);
        rest = next == std::string_view::npos ? std::string_view{} : rest.substr(next + 1);
        auto const sign = parameter.find('=');
        if (sign == std::string_view::npos || !iequals(trimmed(parameter.substr(0, sign)), "charset"))
            continue;
        auto value = trimmed(parameter.substr(sign + 1));
        if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
            value = value.substr(1, value.size() - 2);
        media.charset = to_lower(value);
    }
    return media;
}

} // namespace sluice::http
