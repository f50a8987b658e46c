#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/mcp`: the MCP endpoint.
[[nodiscard]] Area mcp_area();

} // namespace sluice::api
