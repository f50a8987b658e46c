#pragma once

#include "catalog/tool_shape.hpp"
#include "mapping.hpp"
#include "openapi/operation.hpp"

namespace sluice::catalog {

/// Reads `defaults`, `unshown`, `flat` and `hints` of a method. Mistakes are added to the mapping's problems.
[[nodiscard]] ToolShape read_tool_shape(Mapping& mapping, openapi::Operation const& operation);

} // namespace sluice::catalog
