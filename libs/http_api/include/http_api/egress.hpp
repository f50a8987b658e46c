#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace sluice::http {

/// Decides to which addresses Sluice may connect. It checks the resolved address and not the name, so that a name
/// cannot lead into a private network (server-side request forgery). Immutable, thread-safe.
class EgressPolicy {
public:
    /// Permits only public addresses: none of the special-purpose ranges of RFC 6890.
    EgressPolicy() = default;
    /// Permits every address. For URLs that only the operator sets.
    [[nodiscard]] static EgressPolicy anywhere();
    /// Permits also these exceptions: `127.0.0.1:8090`, `10.0.0.0/8`, `[::1]:9000`, `fd00::/8`; without a port, all
    /// ports. Errors: invalid_argument at each entry that has none of these forms.
    [[nodiscard]] static Result<EgressPolicy> allowing(std::vector<std::string> const& exceptions);

    [[nodiscard]] bool permits(boost::asio::ip::address const& address, std::uint16_t port) const;
    /// Whether http without TLS is permitted: only to addresses that are exceptions.
    [[nodiscard]] bool permits_clear_text(boost::asio::ip::address const& address, std::uint16_t port) const;

private:
    struct Exception {
        boost::asio::ip::network_v6 network; ///< IPv4 as ::ffff:0:0/96
        std::uint16_t port = 0;              ///< 0: all
    };
    std::vector<Exception> exceptions_;
};

} // namespace sluice::http
