#include "worker/settings.hpp"

#include "http_server/settings.hpp"

namespace sluice::worker {

void add_settings(SettingsTable& table, Config& config)
{
    using namespace std::chrono_literals;
    table.secret("worker.database_url", config.database.url,
                 "PostgreSQL URL of the role sluice_worker; none: database.url");
    http::add_address_settings(table, config.server, "the worker's /healthz, /readyz and /metrics");
    table.duration("worker.schema_interval", config.schema_interval, 1s, 24h,
                   "time between two looks for changes of an account's own fields");
    table.duration("worker.health_interval", config.health_interval, 1min, 24h,
                   "time between two health checks of an account");
}

} // namespace sluice::worker
