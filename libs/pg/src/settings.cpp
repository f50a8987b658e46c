#include "pg/settings.hpp"

namespace sluice::pg {

void add_settings(SettingsTable& table, PoolConfig& config)
{
    table.secret("database.url", config.url, "PostgreSQL URL of the role sluice_app");
    table.integer("database.connections", config.connections, 1, 500, "connections to PostgreSQL");
}

} // namespace sluice::pg
