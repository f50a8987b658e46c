#pragma once

#include "base/settings_table.hpp"
#include "http_server/server.hpp"

namespace sluice::http {

/// `<name>.address` and `<name>.port`; `what` says what listens there. And what clients are given: `limits.…`.
void add_address_settings(SettingsTable& table, ServerConfig& config, std::string const& what);
void add_limit_settings(SettingsTable& table, ServerConfig& config);

} // namespace sluice::http
