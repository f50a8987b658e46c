#pragma once

#include "base/settings_table.hpp"
#include "limits/counters.hpp"

namespace sluice::limits {

/// `limits.api_token`, `limits.account`, `limits.user`.
void add_settings(SettingsTable& table, Config& config);

} // namespace sluice::limits
