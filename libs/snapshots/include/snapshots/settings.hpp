#pragma once

#include "base/settings_table.hpp"
#include "snapshots/cache.hpp"

namespace sluice::snapshots {

/// `cache.…`
void add_settings(SettingsTable& table, CacheConfig& config);

} // namespace sluice::snapshots
