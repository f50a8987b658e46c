#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "toolcalls/tool_set.hpp"

namespace sluice::toolcalls {

// Finds and describes tools on request, for models with little room for a list.

/// Answers `{query, limit}` with `{matches, tools: [{name, title, description, readOnlyHint}]}`, the best match first.
/// An empty query gives all tools by name. Errors: invalid_argument at `query` or `limit`.
[[nodiscard]] Result<json::object> search_tools(ToolSet const& tools, json::object const& arguments);

/// Answers `{tool_names}` with `{tools: [{name, description, inputSchema, annotations} | {name, error}]}`. Errors:
/// invalid_argument at `tool_names`.
[[nodiscard]] Result<json::object> describe_tools(ToolSet const& tools, json::object const& arguments);

} // namespace sluice::toolcalls
