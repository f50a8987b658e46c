#include "worker/settings.hpp"

#include "http_server/settings.hpp"

namespace sluice::worker {

void add_settings(SettingsTable& table, Config& config)
{
    using namespace std::chrono_literals;
    table.secret("worker.database_url", config.database.url, "PostgreSQL URL of the role sluice_worker");
    http::add_address_settings(table, config.server, "the worker's health and metrics");
    table.duration("worker.schema_interval", config.schema_interval, 1s, 24h,
                   "between two looks at what an account changed of its own fields");
    table.duration("worker.health_interval", config.health_interval, 1min, 24h,
                   "between two health checks of an account");
}

} // namespace sluice::worker
