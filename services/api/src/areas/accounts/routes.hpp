#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/integrated-account`, without its MCP servers.
[[nodiscard]] Area account_area();

} // namespace sluice::api
