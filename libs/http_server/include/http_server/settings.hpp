#pragma once

#include "base/settings_table.hpp"
#include "http_server/server.hpp"

namespace sluice::http {

/// Adds `<config.name>.address` and `<config.name>.port`. `what` names the listener in their descriptions.
void add_address_settings(SettingsTable& table, ServerConfig& config, std::string const& what);
/// `limits.…`: what clients are given.
void add_limit_settings(SettingsTable& table, ServerConfig& config);
/// `server.…`: who is believed about where requests come from.
void add_trust_settings(SettingsTable& table, ServerConfig& config);

} // namespace sluice::http
