#pragma once

#include "base/settings_table.hpp"
#include "http_client/pooled_client.hpp"

namespace sluice::http {

/// `vendor.…`
void add_settings(SettingsTable& table, ClientConfig& config);

} // namespace sluice::http
