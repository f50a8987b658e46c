#include "http_api/networks.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/ip/network_v4.hpp>

namespace sluice::http {
namespace {

namespace ip = boost::asio::ip;

constexpr unsigned short kMappedBits = 96;

} // namespace

ip::address_v6 as_v6(ip::address const& address)
{
    // Made of the bytes alone, since addresses with different zones are never equal.
    return address.is_v6() ? ip::address_v6(address.to_v6().to_bytes())
                           : ip::make_address_v6(ip::v4_mapped, address.to_v4());
}

std::string text_of(ip::address_v6 const& address)
{
    if (address.is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address).to_string();
    return ip::address_v6(address.to_bytes()).to_string();
}

std::optional<ip::network_v6> parse_network(std::string const& text)
{
    boost::system::error_code failure;
    if (text.find('/') == std::string::npos) {
        auto const address = ip::make_address(text, failure);
        return failure ? std::nullopt : std::optional(ip::network_v6(as_v6(address), 128));
    }
    if (auto const network = ip::make_network_v4(text, failure); !failure)
        return ip::network_v6(as_v6(network.address()),
                              static_cast<unsigned short>(kMappedBits + network.prefix_length()));
    auto const network = ip::make_network_v6(text, failure);
    return failure ? std::nullopt : std::optional(ip::network_v6(as_v6(network.address()), network.prefix_length()));
}

bool contains(ip::network_v6 const& network, ip::address_v6 const& address)
{
    return ip::network_v6(address, network.prefix_length()).network() == network.network();
}

Result<Networks> Networks::parse(std::vector<std::string> const& texts)
{
    Networks networks;
    std::vector<FieldFailure> failures;
    for (auto const& text : texts) {
        if (auto const network = parse_network(text))
            networks.networks_.push_back(*network);
        else
            failures.push_back({text, "must be a network or an address, such as 10.0.0.0/8, fd00::/8 or 192.0.2.1"});
    }
    if (!failures.empty())
        return Error{std::move(failures)};
    return networks;
}

bool Networks::contains(ip::address_v6 const& address) const
{
    return std::ranges::any_of(networks_, [&](auto const& network) { return http::contains(network, address); });
}

} // namespace sluice::http
