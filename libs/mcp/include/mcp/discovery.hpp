#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "mcp/tool_set.hpp"

#include <string>
#include <string_view>

namespace sluice::mcp {

// Tools that find tools, for servers with `tool_exposure: discovery`: the list stays small whatever the integration
// has.

inline constexpr std::string_view kSearchTools = "search_tools";
inline constexpr std::string_view kGetToolSchema = "get_tool_schema";
inline constexpr std::string_view kCallTool = "call_tool";

/// The JSON array of `tools/list`.
[[nodiscard]] std::string_view discovery_list() noexcept;

/// `{tools: [{name, title, description, readOnlyHint}]}`, the best match first. An empty query lists in order.
/// Errors: invalid_argument at `query` or `limit`.
[[nodiscard]] Result<json::object> search_tools(ToolSet const& tools, json::object const& arguments);

/// `{tools: [{name, description, inputSchema, annotations} | {name, error}]}`. Errors: invalid_argument at
/// `tool_names`.
[[nodiscard]] Result<json::object> get_tool_schema(ToolSet const& tools, json::object const& arguments);

} // namespace sluice::mcp
