#pragma once

#include "catalog/call_parts.hpp"
#include "tools/tool.hpp"

#include <string>

namespace sluice::tools {

/// Removes members that well-known clients add to the arguments of every tool, unless the tool has an argument of that
/// name. Refusing them would not help: the model did not write them and cannot leave them out.
void drop_client_members(Tool const& tool, json::object& arguments);

/// Removes nulls, at every depth, where the schema takes no null. Models and strict clients write null for an argument
/// that they leave out.
void drop_absent(Tool const& tool, json::object& arguments);

/// Sorts validated arguments by their place in the vendor's request.
[[nodiscard]] catalog::CallParts split_arguments(Tool const& tool, json::object const& arguments);

/// A value in the form for a path or query: a text unchanged, numbers and booleans as JSON writes them.
[[nodiscard]] std::string text_of_argument(json::value const& value);

} // namespace sluice::tools
