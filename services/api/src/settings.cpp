#include "api/settings.hpp"

#include "calllog/settings.hpp"
#include "http_api/settings.hpp"
#include "http_api/url.hpp"
#include "http_client/settings.hpp"
#include "http_server/settings.hpp"
#include "limits/settings.hpp"
#include "mcp/settings.hpp"
#include "pg/settings.hpp"
#include "snapshots/settings.hpp"
#include "tenancy/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include <boost/asio/ip/address.hpp>

namespace sluice::api {
namespace {

/// The bytes of vendors' large answers in a process, shared by its threads. The largest answer has 16 MiB, and as much
/// again decoded.
constexpr std::size_t kAnswerBytes = 512 * 1024 * 1024;
constexpr std::size_t kLeastAnswerBytes = 128 * 1024 * 1024;

using Wrong = std::optional<std::string>;

/// Checks a URL to which paths are appended.
Wrong check_base(std::string const& text)
{
    auto const url = http::parse_url(text);
    if (!url)
        return url.error().failures().front().message;
    return url->target.contains('?') ? Wrong("must not have a query") : Wrong();
}

Wrong check_optional_base(std::string const& text)
{
    return text.empty() ? Wrong() : check_base(text);
}

/// Whether two listeners cannot have the same port: their addresses are equal, or one of them means all addresses.
bool overlap(std::string const& one, std::string const& other)
{
    boost::system::error_code failure;
    auto const a = boost::asio::ip::make_address(one, failure);
    auto const b = boost::asio::ip::make_address(other, failure);
    return !failure && (a == b || a.is_unspecified() || b.is_unspecified());
}

} // namespace

void add_settings(SettingsTable& table, Config& config)
{
    using namespace std::chrono_literals;
    http::add_address_settings(table, config.server, "the API");
    http::add_address_settings(table, config.management,
                               "the API's /healthz, /readyz and /metrics, which the public must not reach");
    table.integer("threads", config.threads, 0, 256, "I/O threads of the API; 0: one per core");
    table.text("public_url", config.public_url,
               "URL at which callers reach the API; every URL that it gives out begins with it, but MCP URLs with "
               "mcp.url if that is set",
               check_base);
    table.text("mcp.url", config.mcp_url,
               "URL at which MCP servers are reached; none: public_url. If the hosts of both differ, this one serves "
               "only MCP and that of public_url everything else",
               check_optional_base);
    mcp::add_settings(table, config.mcp, config.mint);
    table.duration("proxy.call_limit", config.proxy_limit, 1s, 10min, "time for one REST proxy call, vendor included");
    table.duration("proxy.stream_limit", config.stream_limit, 1s, 24h, "time for a call whose body is streamed");
    table.mebibytes("proxy.upload_limit", config.upload_bytes, 1, 1'000'000,
                    "the most MiB of a request body that is streamed to a vendor");
    table.duration("drain.delay", config.drain_delay, 0ms, 10min,
                   "after SIGTERM, time in which requests are still taken while /readyz says 503");
    table.duration("drain.limit", config.drain_limit, 0ms, 10min,
                   "after drain.delay, time for requests in progress to end");
    http::add_trust_settings(table, config.server);
    http::add_limit_settings(table, config.server);
    table.integer(
        "limits.requests", config.concurrent_requests, 1, 1'000'000,
        "requests in progress per I/O thread; an environment may have half of them. More are answered with 429");
    table.mebibytes("limits.body_memory", config.body_bytes, 1, 1'000'000,
                    "MiB for request bodies at once, and as many again for answers that clients have not read. More "
                    "are answered with 429");
    table.mebibytes("limits.body_memory_share", config.body_bytes_share, 1, 1'000'000,
                    "MiB of limits.body_memory that one environment may use");
    http::add_settings(table, config.client);
    http::add_egress_settings(table, config.egress_allow);
    table.text("dashboard.directory", config.dashboard_directory,
               "directory with the built pages of services/dashboard; none: there is no Link UI");
    table.text(
        "demo.file", config.demo_file,
        "file with an account that people may connect to try Sluice. They can read its credentials, so only of a "
        "simulator; none in production");
    pg::add_settings(table, config.database);
    snapshots::add_settings(table, config.cache);
    calllog::add_settings(table, config.call_log);
    tenancy::add_settings(table, config.tokens);
    tenancy::add_settings(table, config.quotas);
    limits::add_settings(table, config.own_limits);
    identity::add_settings(table, config.sessions);
    identity::add_settings(table, config.smtp);
}

std::vector<FieldFailure> faults_between(Config const& config)
{
    std::vector<FieldFailure> faults;
    auto const port = config.server.port;
    if (port != 0 && config.management.port == port && overlap(config.server.address, config.management.address))
        faults.push_back({"management.port", fmt::format("is {} as listen.port: each needs a port of its own", port)});
    if (config.server.proxy_protocol && config.server.trusted_proxies.empty())
        faults.push_back({"server.proxy_protocol", "needs server.trusted_proxies: every connection would be closed"});
    if (auto const checked = identity::check_settings(config.smtp); !checked)
        faults.insert(faults.end(), checked.error().failures().begin(), checked.error().failures().end());
    constexpr std::size_t kMebibyte = 1024 * 1024;
    if (config.body_bytes_share > config.body_bytes)
        faults.push_back({"limits.body_memory_share",
                          fmt::format("is {}, more than limits.body_memory ({})", config.body_bytes_share / kMebibyte,
                                      config.body_bytes / kMebibyte)});
    return faults;
}

Config completed(Config config)
{
    if (config.threads == 0)
        config.threads = std::max<std::size_t>(1, std::thread::hardware_concurrency());
    config.client.idle_per_host = config.client.connections_per_host;
    config.client.answer_bytes = std::max(kAnswerBytes / config.threads, kLeastAnswerBytes);
    while (config.public_url.ends_with('/'))
        config.public_url.pop_back();
    if (config.mcp_url.empty())
        config.mcp_url = config.public_url;
    while (config.mcp_url.ends_with('/'))
        config.mcp_url.pop_back();
    // Sluice's own pages may call its MCP servers.
    for (auto const& own : {config.public_url, config.mcp_url})
        if (auto const url = http::parse_url(own))
            config.mcp.allowed_origins.push_back((url->is_tls ? "https://" : "http://") + url->authority());
    return config;
}

} // namespace sluice::api
