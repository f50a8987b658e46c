#pragma once

#include "base/settings_table.hpp"
#include "tenancy/quotas.hpp"
#include "tenancy/secret_gate.hpp"

namespace sluice::tenancy {

/// `tokens.…`
void add_settings(SettingsTable& table, SecretGateConfig& config);
/// `quotas.…`
void add_settings(SettingsTable& table, QuotaConfig& config);

} // namespace sluice::tenancy
