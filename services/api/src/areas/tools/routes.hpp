#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/tools`: an account's tools, called by name without MCP.
[[nodiscard]] Area tool_area();

} // namespace sluice::api
