#include "http_api/url.hpp"

#include "base/encoding.hpp"

#include <boost/url.hpp>

#include <algorithm>
#include <charconv>

namespace sluice::http {
namespace {

namespace urls = boost::urls;

Error refused(std::string why)
{
    return invalid("url", std::move(why));
}

/// Whether the host is an IP address, or a name of letters, digits, `-`, `_` and dots between them. A dot at the end is
/// allowed.
bool is_host(urls::url_view const& view)
{
    if (view.host_type() != urls::host_type::name)
        return view.host_type() != urls::host_type::ipvfuture;
    std::string_view const name = view.encoded_host();
    return !name.starts_with('.') && name.find("..") == std::string_view::npos && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    });
}

/// Whether the parser has read the whole authority. Boost.URL 1.81 ends it after an IPv4 address and takes the rest
/// (`%2F.vendor.example`) as a path.
bool is_whole(urls::url_view const& view)
{
    return view.encoded_path().empty() || view.encoded_path().starts_with('/');
}

Result<Url> parts_of(urls::url_view const& view)
{
    bool const is_tls = iequals(std::string_view(view.scheme()), "https");
    if (!is_tls && !iequals(std::string_view(view.scheme()), "http"))
        return refused("must start with https:// or http://");
    if (view.has_userinfo())
        return refused("must not contain a user name or password");
    if (view.host().empty())
        return refused("must name a host");
    if (!is_whole(view) || !is_host(view))
        return refused("must name a host by letters, digits, - and dots, or by its address");
    if (view.has_fragment())
        return refused("must not have a fragment");
    std::uint16_t port = is_tls ? 443 : 80;
    if (view.has_port()) {
        std::string_view const text = view.port();
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
        if (error != std::errc{} || end != text.data() + text.size() || port == 0)
            return refused("must have a port from 1 to 65535");
    }

    Url url;
    url.is_tls = is_tls;
    url.host = to_lower(view.host_type() == urls::host_type::ipv6 ? view.host_ipv6_address().to_string()
                                                                  : std::string(view.host()));
    url.port = port;
    url.target =
        std::string(view.encoded_path().empty() ? std::string_view("/") : std::string_view(view.encoded_path()));
    if (view.has_query())
        url.target += '?' + std::string(std::string_view(view.encoded_query()));
    return url;
}

/// Whether a segment of a path is so many dots, which may be encoded (RFC 3986 section 6.2.2.2).
bool is_dots(std::string_view segment, int wanted)
{
    int dots = 0;
    while (!segment.empty()) {
        bool const is_encoded = segment.size() >= 3 && iequals(segment.substr(0, 3), "%2e");
        if (!is_encoded && segment.front() != '.')
            return false;
        segment.remove_prefix(is_encoded ? 3 : 1);
        ++dots;
    }
    return dots == wanted;
}

/// RFC 3986 section 5.2.4. Empty or with a slash at its beginning.
std::string without_dot_segments(std::string_view path)
{
    std::string text;
    while (!path.empty()) {
        path.remove_prefix(1);
        auto const end = std::min(path.find('/'), path.size());
        auto const segment = path.substr(0, end);
        path.remove_prefix(end);
        bool const climbs = is_dots(segment, 2);
        if (climbs)
            text.erase(text.empty() ? 0 : text.rfind('/'));
        if (!climbs && !is_dots(segment, 1))
            text.append("/").append(segment);
        else if (path.empty())
            text += '/';
    }
    return text;
}

std::string origin_of(Url const& url)
{
    return (url.is_tls ? "https://" : "http://") + url.authority();
}

} // namespace

std::string Url::authority() const
{
    auto text = host.find(':') == std::string::npos ? host : '[' + host + ']';
    if (port != (is_tls ? 443 : 80))
        text += ':' + std::to_string(port);
    return text;
}

bool Url::same_origin(Url const& other) const
{
    return is_tls == other.is_tls && host == other.host && port == other.port;
}

Result<Url> parse_url(std::string_view text)
{
    auto const parsed = urls::parse_uri(text);
    if (!parsed)
        return refused("is not a valid absolute URL");
    return parts_of(*parsed);
}

Result<Url> resolve_url(Url const& base, std::string_view reference)
{
    auto const parsed = urls::parse_uri_reference(reference);
    if (!parsed || (parsed->has_authority() && !is_whole(*parsed)))
        return refused("is not a valid URL");
    if (parsed->has_scheme() && !parsed->has_authority())
        return refused("must name a host");
    // Boost.URL 1.81 resolves too, but it writes an encoded slash of a path as a slash.
    auto text = origin_of(base);
    if (parsed->has_authority()) {
        text = parsed->has_scheme() ? std::string(std::string_view(parsed->scheme())) : base.is_tls ? "https" : "http";
        text += "://";
        text += std::string_view(parsed->encoded_authority());
    }
    std::string_view const path = parsed->encoded_path();
    auto const of_base = std::string_view(base.target).substr(0, base.target.find('?'));
    bool const is_whole_path = parsed->has_authority() || path.starts_with('/');
    if (!is_whole_path && path.empty())
        text += of_base;
    else if (is_whole_path)
        text += without_dot_segments(path);
    else
        text += without_dot_segments(std::string(of_base.substr(0, of_base.rfind('/') + 1)).append(path));
    if (parsed->has_query())
        text.append("?").append(std::string_view(parsed->encoded_query()));
    else if (!is_whole_path && path.empty())
        text += std::string_view(base.target).substr(of_base.size());
    return parse_url(text);
}

} // namespace sluice::http
