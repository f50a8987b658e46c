#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <boost/asio/ip/address_v6.hpp>

namespace sluice::http {

/// The most bytes of a header of the PROXY protocol, with all that it says beside the addresses.
inline constexpr std::size_t kLongestProxyHeader = 536;

/// What a load balancer sends before the first byte of a connection that it passes on: the PROXY protocol of HAProxy
/// (proxy-protocol.txt), version 1 (text) or 2 (binary).
struct ProxyHeader {
    enum class State { incomplete, whole, broken };
    State state = State::incomplete;
    std::size_t size = 0; ///< The bytes of a whole header. Those of the client come after it.
    /// Where the client's connection comes from. Nothing if the header names no address (`LOCAL`, `UNKNOWN`): then the
    /// connection is the load balancer's own.
    std::optional<boost::asio::ip::address_v6> source;
};

/// Reads the header at the start of a connection's bytes. Any bytes: what is no header is `broken` as soon as that can
/// be seen, and no later than at its longest size (107 bytes of version 1, `kLongestProxyHeader` of version 2).
[[nodiscard]] ProxyHeader parse_proxy_header(std::string_view bytes);

} // namespace sluice::http
