#include "options.hpp"

#include "http_api/url.hpp"
#include "http_client/egress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

namespace sluice {
namespace {

using namespace std::chrono_literals;

/// Of vendors' large answers in a process, shared by its threads; the largest is 16 MiB, and its decoded form as much.
constexpr std::size_t kAnswerBytes = 512 * 1024 * 1024;
constexpr std::size_t kLeastAnswerBytes = 128 * 1024 * 1024;
constexpr std::size_t kMebibyte = 1024 * 1024;
/// Connections of those who ask how a process is.
constexpr std::size_t kOperators = 64;

using Wrong = std::optional<std::string>;

bool is_address(std::string const& text)
{
    boost::system::error_code failure;
    boost::asio::ip::make_address(text, failure);
    return !failure;
}

Wrong check_address(std::string const& text)
{
    return is_address(text) ? Wrong() : "must be an IP address, such as 127.0.0.1 or 0.0.0.0";
}

Wrong check_level(std::string const& text)
{
    bool const is_level = text == "debug" || text == "info" || text == "warning" || text == "error";
    return is_level ? Wrong() : "must be debug, info, warning or error";
}

/// What paths are put behind.
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

Wrong check_egress(std::string const& text)
{
    auto const allowed = http::EgressPolicy::allowing({text});
    return allowed ? Wrong() : allowed.error().failures().front().message;
}

bool is_name_server(std::string const& text)
{
    auto const end = text.starts_with('[') ? text.find(']') : text.find(':');
    if (is_address(text))
        return true;
    if (end == std::string::npos)
        return false;
    auto const is_bracketed = text[end] == ']';
    auto const address = is_bracketed ? text.substr(1, end - 1) : text.substr(0, end);
    auto port = std::string_view(text).substr(end + (is_bracketed ? 1 : 0));
    if (!is_address(address) || address.contains(':') != is_bracketed)
        return false;
    if (port.empty())
        return true;
    std::uint16_t number = 0;
    auto const [rest, error] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
    return port.starts_with(':') && error == std::errc{} && rest == port.data() + port.size() && number > 0;
}

Wrong check_name_servers(std::string const& text)
{
    for (std::size_t start = 0; start < text.size();) {
        auto const end = std::min(text.find(',', start), text.size());
        if (!is_name_server(text.substr(start, end - start)))
            return "must look like 10.0.0.2, 10.0.0.2:5353 or [fd00::2]:5353, several separated by commas alone";
        start = end + 1;
    }
    return text.ends_with(',') ? Wrong("must not end with a comma") : Wrong();
}

/// Whether two sockets cannot both listen: where one has every address, it has that of the other.
bool overlap(std::string const& one, std::string const& other)
{
    boost::system::error_code failure;
    auto const a = boost::asio::ip::make_address(one, failure);
    auto const b = boost::asio::ip::make_address(other, failure);
    return !failure && (a == b || a.is_unspecified() || b.is_unspecified());
}

Result<std::string> read_text(std::string const& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return invalid(path, "cannot be read");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

} // namespace

Options::Options()
{
    auto& s = settings_;
    s.text("listen.address", api_.server.address, "IP address the API listens on; 0.0.0.0 for all", check_address);
    s.integer("listen.port", port_, 0, 65535, "port of the API");
    s.text("management.address", api_.management.address,
           "IP address of the API's /healthz, /readyz and /metrics; keep it from the public", check_address);
    s.integer("management.port", management_port_, 0, 65535, "port of them");
    s.integer("threads", threads_, 0, 256, "I/O threads of the API; 0: one per core");
    s.text("public_url", api_.public_url, "how callers reach the API; minted URLs start with it", check_base);
    s.text("mcp.url", api_.mcp_url,
           "the same for MCP URLs, which without are at public_url; a host of its own serves MCP only, and "
           "public_url's host the rest",
           check_optional_base);
    s.list("mcp.allowed_origins", api_.mcp.allowed_origins,
           "Origins of browsers that may call MCP servers, beside those of public_url and mcp.url");
    s.duration("mcp.minimum_lifetime", api_.mcp_minimum_lifetime, 1ms, 24h,
               "least time to expires_at of an MCP server");
    s.integer("mcp.tool_warning", api_.mcp_tool_warning, 1, 10'000, "minting warns above this many tools");
    s.integer("mcp.token_warning", api_.mcp_token_warning, 1'000, 1'000'000,
              "minting warns when the list of tools takes more tokens than this, as estimated");
    s.duration("mcp.call_limit", api_.mcp.call_limit, 1s, 10min, "time for one MCP request, vendor included");
    s.duration("mcp.list_lifetime", api_.mcp.list_lifetime, 0ms, 24h, "how long clients may keep a tool list (ttlMs)");
    s.duration("proxy.call_limit", api_.proxy_limit, 1s, 10min, "time for one REST proxy call, vendor included");
    s.duration("drain.delay", api_.drain_delay, 0ms, 10min,
               "after SIGTERM, time in which requests are still taken while /readyz says 503");
    s.duration("drain.limit", api_.drain_limit, 0ms, 10min, "then, time for requests in flight");
    s.integer("limits.connections", connection_limit_, 1, 1'000'000, "connections per I/O thread");
    s.integer("limits.requests", concurrent_requests_, 1, 1'000'000,
              "requests in progress per I/O thread, of which an environment has half at most; then 429");
    s.integer("limits.body_memory", body_memory_, 1, 1'000'000,
              "MiB that request bodies may hold at once, and as much again answers that clients do not read; then 429");
    s.integer("limits.body_memory_share", body_memory_share_, 1, 1'000'000, "of them, MiB for one environment");
    s.duration("limits.idle", api_.server.idle_limit, 1s, 1h, "time until an idle connection is closed");
    s.duration("limits.head", api_.server.head_limit, 100ms, 10min, "time for a request head to arrive");
    s.duration("limits.body", api_.server.body_limit, 100ms, 10min, "time for a request body to arrive");
    s.integer("vendor.connections", vendor_connections_, 1, 100'000,
              "connections to one vendor host per I/O thread; of these an environment has half at most, an account a "
              "quarter");
    s.text("vendor.name_servers", api_.client.name_servers,
           "ADDRESS[:PORT] of name servers, separated by commas; empty: the system's", check_name_servers);
    s.text("dashboard.directory", api_.dashboard_directory,
           "the built pages of services/dashboard; without, no Link UI");
    s.list("egress.allow", api_.egress_allow,
           "addresses that may be called though they are not public, and in clear text: "
           "127.0.0.1:8090, 10.0.0.0/8",
           check_egress);
    s.secret("database.url", database_url_, "PostgreSQL URL of the role sluice_app");
    s.integer("database.connections", database_connections_, 1, 500, "connections to PostgreSQL");
    s.secret("migrate.database_url", migrate_url_,
             "PostgreSQL URL of the role sluice_owner; used by `sluice migrate` only");
    s.text("keyring.file", keyring_file_, "file with the master keys (`sluice keys create`)");
    s.duration("cache.stale_lifetime", api_.cache.stale_lifetime, 0ms, 24h,
               "how long cached accounts serve while the "
               "database is unreachable");
    s.flag(
        "tokens.accept_unkeyed", api_.tokens.accept_unkeyed,
        "whether tokens minted before they had a MAC are looked up: 50 a second; switch it off once all are replaced");
    s.text("log.level", log_level_, "debug, info, warning or error", check_level);
    s.secret("worker.database_url", worker_database_url_, "PostgreSQL URL of the role sluice_worker");
    s.text("worker.address", worker_address_, "IP address of the worker's health and metrics", check_address);
    s.integer("worker.port", worker_port_, 0, 65535, "port of the worker's health and metrics");
    s.duration("worker.schema_interval", schema_interval_, 1s, 24h,
               "between two looks at what an account changed of its own fields");
    s.duration("worker.health_interval", health_interval_, 1min, 24h, "between two health checks of an account");
}

Result<void> Options::load(std::string const& config_file)
{
    std::string text;
    if (!config_file.empty()) {
        auto read = read_text(config_file);
        if (!read)
            return read.error();
        text = *std::move(read);
    }
    auto loaded = settings_.load(text, config::process_environment(), config::sluice_variables());
    if (!loaded && loaded.error().failures().empty())
        return loaded;
    // What settings say of each other is told with what each says alone.
    auto failures = loaded ? std::vector<FieldFailure>() : loaded.error().failures();
    if (port_ != 0 && management_port_ == port_ && overlap(api_.server.address, api_.management.address))
        failures.push_back(
            {"management.port", fmt::format("is {} as listen.port: each needs a port of its own", port_)});
    if (body_memory_share_ > body_memory_)
        failures.push_back({"limits.body_memory_share",
                            fmt::format("is {}, more than limits.body_memory ({})", body_memory_share_, body_memory_)});
    if (!failures.empty())
        return Error{std::move(failures)};
    return {};
}

api::Config Options::api() const
{
    auto config = api_;
    config.server.port = static_cast<std::uint16_t>(port_);
    config.management.port = static_cast<std::uint16_t>(management_port_);
    config.server.connection_limit = static_cast<std::size_t>(connection_limit_);
    config.concurrent_requests = static_cast<std::size_t>(concurrent_requests_);
    config.body_bytes = static_cast<std::size_t>(body_memory_) * kMebibyte;
    config.body_bytes_share = static_cast<std::size_t>(body_memory_share_) * kMebibyte;
    config.threads = threads_ > 0 ? static_cast<std::size_t>(threads_)
                                  : std::max<std::size_t>(1, std::thread::hardware_concurrency());
    config.client.connections_per_host = static_cast<std::size_t>(vendor_connections_);
    config.client.idle_per_host = config.client.connections_per_host;
    config.client.answer_bytes = std::max(kAnswerBytes / config.threads, kLeastAnswerBytes);
    config.database.url = database_url_;
    config.keyring_file = keyring_file_;
    config.database.connections = static_cast<std::size_t>(database_connections_);
    while (config.public_url.ends_with('/'))
        config.public_url.pop_back();
    if (config.mcp_url.empty())
        config.mcp_url = config.public_url;
    while (config.mcp_url.ends_with('/'))
        config.mcp_url.pop_back();
    // Pages of our own may call what is ours.
    for (auto const& own : {config.public_url, config.mcp_url})
        if (auto const url = http::parse_url(own))
            config.mcp.allowed_origins.push_back((url->is_tls ? "https://" : "http://") + url->authority());
    return config;
}

worker::Config Options::worker() const
{
    worker::Config config;
    config.server.name = "worker";
    config.server.address = worker_address_;
    config.server.port = static_cast<std::uint16_t>(worker_port_);
    config.database.url = worker_database_url_.empty() ? database_url_ : worker_database_url_;
    config.server.connection_limit = kOperators;
    config.database.connections = 4;
    config.health_interval = health_interval_;
    config.schema_interval = schema_interval_;
    config.client = api_.client;
    config.egress_allow = api_.egress_allow;
    config.keyring_file = keyring_file_;
    return config;
}

telemetry::Level Options::log_level() const
{
    if (log_level_ == "debug")
        return telemetry::Level::debug;
    if (log_level_ == "warning")
        return telemetry::Level::warning;
    return log_level_ == "error" ? telemetry::Level::error : telemetry::Level::info;
}

} // namespace sluice
