#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace sluice::http {

/// Decides which addresses our client may connect to. It is asked about the resolved address, not the name, so that a
/// name that resolves to an inside address does not get in (server-side request forgery). Immutable, thread-safe.
class EgressPolicy {
public:
    /// Everything but public addresses is refused (RFC 6890's special-purpose ranges).
    EgressPolicy() = default;
    /// Exceptions: `127.0.0.1:8090`, `10.0.0.0/8`, `[::1]:9000`, `fd00::/8`; without a port, all ports.
    /// Errors: invalid_argument naming each entry that is not one of these.
    [[nodiscard]] static Result<EgressPolicy> allowing(std::vector<std::string> const& exceptions);

    [[nodiscard]] bool permits(boost::asio::ip::address const& address, std::uint16_t port) const;
    /// Clear text is spoken only to addresses that were allowed by name.
    [[nodiscard]] bool permits_clear_text(boost::asio::ip::address const& address, std::uint16_t port) const;

private:
    struct Exception {
        boost::asio::ip::network_v6 network; ///< IPv4 as ::ffff:0:0/96
        std::uint16_t port = 0;              ///< 0: all
    };
    std::vector<Exception> exceptions_;
};

} // namespace sluice::http
