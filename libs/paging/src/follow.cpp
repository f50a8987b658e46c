#include "follow.hpp"

#include "base/encoding.hpp"
#include "http_api/url.hpp"
#include "settings.hpp"

#include <algorithm>

namespace sluice::paging {
namespace {

constexpr std::size_t kLongestHost = 100; ///< Of another host, in a note.

bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Where the authority of a reference ends; 0 if it has none. Only there are brackets allowed (RFC 3986 section 3.2.2).
std::size_t authority_end(std::string_view reference)
{
    auto const slashes = reference.find("//");
    bool const has_authority =
        slashes == 0 || (slashes != std::string_view::npos && slashes > 0 && reference[slashes - 1] == ':' &&
                         reference.find_first_of("/?#") == slashes);
    if (!has_authority)
        return 0;
    return std::min(reference.find_first_of("/?#", slashes + 2), reference.size());
}

/// A reference as vendors write it, with what RFC 3986 does not allow percent-encoded, as browsers do it.
std::string tidied(std::string_view reference)
{
    auto const first = reference.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    reference = reference.substr(first, reference.find_last_not_of(" \t\r\n") - first + 1);
    constexpr std::string_view kRefused = "\"<>\\^`{|}";
    auto const end = authority_end(reference);
    std::string text;
    text.reserve(reference.size() + 16);
    for (std::size_t at = 0; at < reference.size(); ++at) {
        auto const c = reference[at];
        bool const is_escape =
            c == '%' && at + 2 < reference.size() && is_hex(reference[at + 1]) && is_hex(reference[at + 2]);
        bool const is_bracket = (c == '[' || c == ']') && at >= end;
        bool const is_refused = c <= ' ' || c >= 0x7f || kRefused.find(c) != std::string_view::npos;
        if (is_bracket || is_refused || (c == '%' && !is_escape))
            text += percent_encode(std::string_view(&c, 1));
        else
            text += c;
    }
    return text;
}

std::string_view path_of(http::Url const& url)
{
    return std::string_view(url.target).substr(0, url.target.find('?'));
}

/// Removes every pair of that name from a query, which may begin with its question mark, and changes nothing else in
/// it.
std::string without_parameter(std::string_view query, std::string_view name)
{
    query.remove_prefix(query.starts_with('?') ? 1 : 0);
    std::string kept;
    while (!query.empty()) {
        auto const end = std::min(query.find('&'), query.size());
        auto const pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        auto const of_pair = percent_decode(pair.substr(0, pair.find('=')), true);
        if (!name.empty() && of_pair == name)
            continue;
        kept += kept.empty() ? "" : "&";
        kept += pair;
    }
    return kept;
}

} // namespace

Next follow(Settings const& settings, Page const& page, std::string_view reference)
{
    auto const from = http::parse_url(page.url);
    auto const to = from ? http::resolve_url(*from, tidied(reference)) : from;
    if (!to)
        return {std::nullopt, std::string(kNoUrlNote), false};
    if (!to->same_origin(*from)) {
        auto const place = (to->is_tls ? "https://" : "http://") + to->authority().substr(0, kLongestHost);
        return {std::nullopt,
                "There may be more records: the vendor's next page is at another host (" + place +
                    "), which does not get the account's credential.",
                false};
    }
    auto const own_path = path_of(*from);
    auto const path = settings.contains(kKeepPath) ? own_path : path_of(*to);
    auto query = without_parameter(std::string_view(to->target).substr(path_of(*to).size()), page.secret_parameter);
    bool const is_first = path == own_path && query.empty();
    // What is neither a path nor a pair is none of these positions.
    if (is_first || (path == own_path && query.find('=') != std::string::npos))
        return next_at(std::move(query), page);
    return next_at(std::string(path) + (query.empty() ? "" : "?") + query, page);
}

bool apply_address(Settings const& settings, Ask const& ask, PageRequest& request)
{
    bool const has_path = ask.position.starts_with('/');
    if (!ask.position.empty() && !has_path && ask.position.find('=') == std::string_view::npos)
        return false;
    if (!ask.position.empty())
        request.target = (has_path ? "" : "?") + std::string(ask.position);
    else if (auto const& limit = text_at(settings, kLimitParameter); ask.limit && !limit.empty())
        request.query.add(limit, std::to_string(*ask.limit));
    return true;
}

bool is_short_of_limit(Settings const& settings, Page const& page)
{
    return page.ask.position.empty() && page.ask.limit && settings.contains(kLimitParameter) &&
           page.count < *page.ask.limit;
}

} // namespace sluice::paging
