#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "toolcalls/tool_set.hpp"

namespace sluice::toolcalls {

// Finding and describing tools on request, for callers with little room for a list.

/// `{matches, tools: [{name, title, description, readOnlyHint}]}`, the best match first, of `{query, limit}`. An empty
/// query lists in order. Errors: invalid_argument at `query` or `limit`.
[[nodiscard]] Result<json::object> search_tools(ToolSet const& tools, json::object const& arguments);

/// `{tools: [{name, description, inputSchema, annotations} | {name, error}]}` of `{tool_names}`. Errors:
/// invalid_argument at `tool_names`.
[[nodiscard]] Result<json::object> describe_tools(ToolSet const& tools, json::object const& arguments);

} // namespace sluice::toolcalls
