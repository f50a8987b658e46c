#pragma once

#include "base/settings_table.hpp"
#include "mcp/endpoint.hpp"
#include "mcp/mint.hpp"

namespace sluice::mcp {

/// `mcp.…`
void add_settings(SettingsTable& table, EndpointConfig& endpoint, MintConfig& mint);

} // namespace sluice::mcp
