#pragma once

#include "area.hpp"

namespace sluice::api {

/// MCP servers: of an account, and of a tenant (`/mcp-server`).
[[nodiscard]] Area mcp_server_area();

} // namespace sluice::api
