#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace sluice::http {

// Addresses and networks of both families in one form: IPv6, with IPv4 as ::ffff:0:0/96 and without zones.

[[nodiscard]] boost::asio::ip::address_v6 as_v6(boost::asio::ip::address const& address);
/// The address without port and zone: `192.0.2.1`, `2001:db8::1`. A mapped IPv4 address is written as IPv4.
[[nodiscard]] std::string text_of(boost::asio::ip::address_v6 const& address);

/// `10.0.0.0/8`, `fd00::/8`, or one address: `192.0.2.1`, `::1`. Nothing if the text is none of these.
[[nodiscard]] std::optional<boost::asio::ip::network_v6> parse_network(std::string const& text);
[[nodiscard]] bool contains(boost::asio::ip::network_v6 const& network, boost::asio::ip::address_v6 const& address);

/// A set of networks. Immutable, thread-safe.
class Networks {
public:
    /// Contains nothing.
    Networks() = default;
    /// The networks of texts as `parse_network` reads them. Errors: invalid_argument at each text that is no network.
    [[nodiscard]] static Result<Networks> parse(std::vector<std::string> const& texts);

    [[nodiscard]] bool contains(boost::asio::ip::address_v6 const& address) const;

private:
    std::vector<boost::asio::ip::network_v6> networks_;
};

} // namespace sluice::http
