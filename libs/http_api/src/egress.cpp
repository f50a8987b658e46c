#include "http_api/egress.hpp"

#include "http_api/networks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace sluice::http {
namespace {

namespace ip = boost::asio::ip;

ip::network_v6 v4_range(char const* address, unsigned short prefix)
{
    return {ip::make_address_v6(ip::v4_mapped, ip::make_address_v4(address)), static_cast<unsigned short>(96 + prefix)};
}

/// The ranges of RFC 6890 and its updates that are not the public Internet, or that contain an IPv4 address.
std::vector<ip::network_v6> const& special_ranges()
{
    static std::vector<ip::network_v6> const kRanges{
        v4_range("0.0.0.0", 8),
        v4_range("10.0.0.0", 8),
        v4_range("100.64.0.0", 10),
        v4_range("127.0.0.0", 8),
        v4_range("169.254.0.0", 16),
        v4_range("172.16.0.0", 12),
        v4_range("192.0.0.0", 24),
        v4_range("192.0.2.0", 24),
        v4_range("192.88.99.0", 24),
        v4_range("192.168.0.0", 16),
        v4_range("198.18.0.0", 15),
        v4_range("198.51.100.0", 24),
        v4_range("203.0.113.0", 24),
        v4_range("224.0.0.0", 4),
        v4_range("240.0.0.0", 4),
        ip::make_network_v6("::/96"),        // unspecified, loopback, IPv4-compatible
        ip::make_network_v6("64:ff9b::/96"), // NAT64
        ip::make_network_v6("64:ff9b:1::/48"),
        ip::make_network_v6("100::/64"),
        ip::make_network_v6("2001::/23"),
        ip::make_network_v6("2001:db8::/32"),
        ip::make_network_v6("2002::/16"), // 6to4
        ip::make_network_v6("fc00::/7"),
        ip::make_network_v6("fe80::/10"),
        ip::make_network_v6("fec0::/10"),
        ip::make_network_v6("ff00::/8"),
    };
    return kRanges;
}

std::optional<std::uint16_t> parse_port(std::string_view text)
{
    std::uint16_t port = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0)
        return std::nullopt;
    return port;
}

} // namespace

EgressPolicy EgressPolicy::anywhere()
{
    return *allowing({"0.0.0.0/0", "::/0"});
}

Result<EgressPolicy> EgressPolicy::allowing(std::vector<std::string> const& exceptions)
{
    EgressPolicy policy;
    std::vector<FieldFailure> failures;
    for (auto const& text : exceptions) {
        auto host = text;
        std::optional<std::uint16_t> port = 0;
        auto const colon = text.rfind(':');
        if (text.starts_with('[')) {
            auto const close = text.find(']');
            host = text.substr(1, close == std::string::npos ? close : close - 1);
            if (close != std::string::npos && close + 1 < text.size())
                port = parse_port(std::string_view(text).substr(close + 2));
        } else if (colon != std::string::npos && text.find(':') == colon) {
            host = text.substr(0, colon);
            port = parse_port(std::string_view(text).substr(colon + 1));
        }
        auto const network = parse_network(host);
        if (network && port)
            policy.exceptions_.push_back({*network, *port});
        else
            failures.push_back({text, "must look like 127.0.0.1:8090, 10.0.0.0/8, [::1]:9000 or fd00::/8"});
    }
    if (!failures.empty())
        return Error{std::move(failures)};
    return policy;
}

bool EgressPolicy::permits_clear_text(ip::address const& address, std::uint16_t port) const
{
    return std::ranges::any_of(exceptions_, [&, v6 = as_v6(address)](Exception const& exception) {
        return contains(exception.network, v6) && (exception.port == 0 || exception.port == port);
    });
}

bool EgressPolicy::permits(ip::address const& address, std::uint16_t port) const
{
    auto const v6 = as_v6(address);
    bool const special = std::ranges::any_of(special_ranges(), [&](auto const& range) { return contains(range, v6); });
    return !special || permits_clear_text(address, port);
}

} // namespace sluice::http
