#pragma once

#include "catalog/call_parts.hpp"
#include "tools/tool.hpp"

#include <string>

namespace sluice::tools {

/// Removes members that well-known clients add to the arguments of every tool by themselves, where the tool has none of
/// that name: a model that is told of them cannot leave them out.
void drop_client_members(Tool const& tool, json::object& arguments);

/// Removes nulls, at every depth, where null is not taken: models and strict clients write them for "leave out".
void drop_absent(Tool const& tool, json::object& arguments);

/// Sorts validated arguments by membership.
[[nodiscard]] catalog::CallParts split_arguments(Tool const& tool, json::object const& arguments);

/// A value as it stands in a path or query: text as it is, numbers and flags as JSON writes them.
[[nodiscard]] std::string text_of_argument(json::value const& value);

} // namespace sluice::tools
