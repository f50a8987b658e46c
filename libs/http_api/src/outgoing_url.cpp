#include "http_api/outgoing_url.hpp"

#include "http_api/url.hpp"

#include <boost/asio/ip/address.hpp>

namespace sluice::http {

std::optional<std::string> fault_of_outgoing_url(std::string_view text, EgressPolicy const& egress)
{
    auto const url = parse_url(text);
    if (!url)
        return url.error().failures().front().message;
    boost::system::error_code not_an_address;
    auto const address = boost::asio::ip::make_address(url->host, not_an_address);
    auto const permits = [&](boost::asio::ip::address const& at) {
        return url->is_tls ? egress.permits(at, url->port) : egress.permits_clear_text(at, url->port);
    };
    namespace ip = boost::asio::ip;
    bool const is_here = url->host == "localhost" || url->host.ends_with(".localhost"); // RFC 6761 section 6.3
    bool may_be_called = url->is_tls; // Of a name it shows only at the call.
    if (is_here && !url->is_tls)
        may_be_called = permits(ip::address_v4::loopback()) || permits(ip::address_v6::loopback());
    else if (!not_an_address)
        may_be_called = permits(address);
    if (!may_be_called)
        return "names an address that may not be called: only https to public addresses, and what the operator allows "
               "(egress.allow)";
    return std::nullopt;
}

} // namespace sluice::http
