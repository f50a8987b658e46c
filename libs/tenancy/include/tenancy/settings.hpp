#pragma once

#include "base/settings_table.hpp"
#include "tenancy/secret_gate.hpp"

namespace sluice::tenancy {

/// `tokens.…`
void add_settings(SettingsTable& table, SecretGateConfig& config);

} // namespace sluice::tenancy
