#pragma once

#include "base/settings_table.hpp"

namespace sluice::http {

/// `egress.allow`: the exceptions for `EgressPolicy::allowing`.
void add_egress_settings(SettingsTable& table, std::vector<std::string>& allowed);

} // namespace sluice::http
