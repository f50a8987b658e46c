#pragma once

#include "base/settings_table.hpp"
#include "pg/pool.hpp"

namespace sluice::pg {

/// `database.…`
void add_settings(SettingsTable& table, PoolConfig& config);

} // namespace sluice::pg
