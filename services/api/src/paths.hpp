#pragma once

#include "area.hpp"

#include <span>
#include <string>
#include <string_view>

namespace sluice::api {

/// The path of a route, however a client writes it: without a final slash, with single slashes, and `/mcp/{token}` for
/// `/mcp/{token}/mcp`, which some MCP clients make of every URL. A redirect instead would lose the body with many
/// clients. What stands behind `/custom/` stays as it is written, and behind `/proxy/` but for a final slash. `room`
/// holds the path where it differs.
[[nodiscard]] std::string_view normal_path(std::string_view path, std::string& room);

/// The path of a route that is nearly this one, such as `/webhook/{id}`; empty if there is none.
[[nodiscard]] std::string near_path(std::string_view path, std::span<Route const> routes);

} // namespace sluice::api
