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
    bool const refused = not_an_address ? !url->is_tls && url->host != "localhost"
                                        : !(url->is_tls ? egress.permits(address, url->port)
                                                        : egress.permits_clear_text(address, url->port));
    if (refused)
        return "names an address that may not be called: only https to public addresses, and what the operator allows "
               "(egress.allow)";
    return std::nullopt;
}

} // namespace sluice::http
