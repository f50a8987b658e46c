#pragma once

#include <string_view>

namespace sluice::mcp {

// Tools that find other tools, for MCP servers with `tool_exposure: discovery`. The list of tools stays small, however
// many tools the integration has.

inline constexpr std::string_view kSearchTools = "search_tools";
inline constexpr std::string_view kGetToolSchema = "get_tool_schema";
inline constexpr std::string_view kCallTool = "call_tool";

/// The JSON array of `tools/list`.
[[nodiscard]] std::string_view discovery_list() noexcept;

} // namespace sluice::mcp
