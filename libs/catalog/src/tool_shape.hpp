#pragma once

#include "catalog/tool_shape.hpp"
#include "mapping.hpp"
#include "openapi/operation.hpp"

namespace sluice::catalog {

/// The schema of an argument at a dotted path; null if the operation has none there.
[[nodiscard]] json::value const* argument_schema(openapi::Operation const& operation, std::string_view path);

/// Reads `defaults`, `unshown`, `flat` and `hints` of a method. Mistakes are added to the mapping's problems.
[[nodiscard]] ToolShape read_tool_shape(Mapping& mapping, openapi::Operation const& operation);

} // namespace sluice::catalog
