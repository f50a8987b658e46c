#include "http_server/settings.hpp"

#include <boost/asio/ip/address.hpp>

namespace sluice::http {

namespace {

SettingsTable::Check const kIsAddress = [](std::string const& text) -> std::optional<std::string> {
    boost::system::error_code failure;
    boost::asio::ip::make_address(text, failure);
    return failure ? std::optional<std::string>("must be an IP address, such as 127.0.0.1 or 0.0.0.0") : std::nullopt;
};

} // namespace

void add_address_settings(SettingsTable& table, ServerConfig& config, std::string const& what)
{
    table.text(config.name + ".address", config.address, "IP address (0.0.0.0: all addresses) of " + what, kIsAddress);
    table.integer(config.name + ".port", config.port, 0, 65535, "port of " + what);
}

void add_limit_settings(SettingsTable& table, ServerConfig& config)
{
    using namespace std::chrono_literals;
    table.integer("limits.connections", config.connection_limit, 1, 1'000'000, "connections per I/O thread");
    table.duration("limits.idle", config.idle_limit, 1s, 1h, "time until an idle connection is closed");
    table.duration("limits.head", config.head_limit, 100ms, 10min, "time for a request head to arrive");
    table.duration("limits.body", config.body_limit, 100ms, 10min, "time for a request body to arrive");
}

void add_trust_settings(SettingsTable& table, ServerConfig& config)
{
    table.list(
        "server.trusted_proxies", config.trusted_proxies,
        "networks of the load balancers that are believed about the address of a client (Forwarded, X-Forwarded-For, "
        "PROXY protocol): 10.0.0.0/8, fd00::/8; none: nobody is, and every client has the address it connects from",
        [](std::string const& text) -> std::optional<std::string> {
            auto const networks = Networks::parse({text});
            return networks ? std::nullopt : std::optional(networks.error().failures().front().message);
        });
    table.flag("server.proxy_protocol", config.proxy_protocol,
               "whether each connection to listen.port begins with a header of the PROXY protocol, version 1 or 2; "
               "connections without one, and from elsewhere than server.trusted_proxies, are closed");
}

} // namespace sluice::http
