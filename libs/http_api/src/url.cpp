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
    auto const base_text = origin_of(base) + base.target;
    auto const base_view = urls::parse_uri(base_text);
    auto const reference_view = urls::parse_uri_reference(reference);
    if (!base_view || !reference_view || (reference_view->has_authority() && !is_whole(*reference_view)))
        return refused("is not a valid URL");
    urls::url resolved;
    if (!urls::resolve(*base_view, *reference_view, resolved))
        return refused("is not a valid URL");
    resolved.remove_fragment();
    return parts_of(resolved);
}

} // namespace sluice::http
