#include "options.hpp"

#include "api/settings.hpp"
#include "http_api/url.hpp"
#include "worker/settings.hpp"

#include <fstream>
#include <sstream>

namespace sluice {
namespace {

/// The most connections to the worker's health and metrics.
constexpr std::size_t kOperators = 64;

/// Whether only this machine reaches a place, or there is none.
bool is_this_machine(std::string const& base)
{
    auto const url = http::parse_url(base);
    return base.empty() || (url && url->host == "127.0.0.1");
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
    worker_.server.name = "worker";
    worker_.server.port = 8081;
    api_.threads = 0;
    api::add_settings(settings_, api_);
    settings_.text("keyring.file", api_.keyring_file, "file with the master keys (`sluice keys create`)");
    settings_.secret("migrate.database_url", migrate_url_,
                     "PostgreSQL URL of the role sluice_owner; only `sluice migrate` uses it");
    telemetry::add_settings(settings_, log_);
    worker::add_settings(settings_, worker_);
    settings_.text("clock.offset_file", clock_offset_file_,
                   "for tests alone: file of 8 bytes, the seconds by which the clock is ahead (deploy/local/up "
                   "--movable-clock)");
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
    // Contradictions between settings are reported together with mistakes in single ones.
    auto failures = loaded ? std::vector<FieldFailure>() : loaded.error().failures();
    for (auto& fault : api::faults_between(api_))
        failures.push_back(std::move(fault));
    // Nobody gets a clock that can be moved by accident: who is reached from outside has none.
    if (!clock_offset_file_.empty() && !(is_this_machine(api_.public_url) && is_this_machine(api_.mcp_url)))
        failures.push_back({"clock.offset_file", "is for tests: public_url and mcp.url must be at 127.0.0.1"});
    if (!failures.empty())
        return Error{std::move(failures)};
    return {};
}

api::Config Options::api() const
{
    return api::completed(api_);
}

worker::Config Options::worker() const
{
    auto config = worker_;
    if (config.database.url.empty())
        config.database.url = api_.database.url;
    config.server.connection_limit = kOperators;
    config.database.connections = 4;
    config.client.name_servers = api_.client.name_servers;
    config.egress_allow = api_.egress_allow;
    config.call_log = api_.call_log;
    if (!config.call_log.count_file.empty())
        config.call_log.count_file += ".worker"; // Each process needs its own.
    config.keyring_file = api_.keyring_file;
    return config;
}

} // namespace sluice
