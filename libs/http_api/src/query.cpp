#include "http_api/query.hpp"

#include "base/encoding.hpp"

namespace sluice::http {

std::optional<Query> Query::parse(std::string_view text)
{
    Query query;
    while (!text.empty()) {
        auto const end = text.find('&');
        auto const pair = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        if (pair.empty())
            continue;
        auto const equals = pair.find('=');
        auto name = percent_decode(pair.substr(0, equals), true);
        auto value =
            percent_decode(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
        if (!name || !value || !is_utf8(*name) || !is_utf8(*value))
            return std::nullopt;
        query.add(std::move(*name), std::move(*value));
    }
    return query;
}

std::optional<std::string> Query::take(std::string_view name)
{
    std::optional<std::string> taken;
    std::erase_if(pairs_, [&](Pair& pair) {
        if (pair.first != name)
            return false;
        taken = std::move(pair.second);
        return true;
    });
    return taken;
}

std::optional<std::string_view> Query::find(std::string_view name) const
{
    for (auto const& [key, value] : pairs_)
        if (key == name)
            return value;
    return std::nullopt;
}

std::string Query::str() const
{
    std::string text;
    for (auto const& [name, value] : pairs_) {
        if (!text.empty())
            text += '&';
        text += percent_encode(name) + '=' + percent_encode(value);
    }
    return text;
}

} // namespace sluice::http
