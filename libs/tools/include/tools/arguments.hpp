#pragma once

#include "base/error.hpp"
#include "catalog/call_parts.hpp"
#include "tools/tool.hpp"

#include <string>
#include <vector>

namespace sluice::tools {

/// Removes members that well-known clients add to the arguments of every tool, unless the tool has an argument of that
/// name. Refusing them would not help: the model did not write them and cannot leave them out.
void drop_client_members(Tool const& tool, json::object& arguments);

/// Brings the arguments of a client into the form that the tool's schema checks. Removes every null that the schema
/// names and converts what means the same in the type that it takes (`schema::Schema::convert`): models and strict
/// clients write null for an argument that they leave out, numbers as texts, and one value for a list. Puts flat
/// arguments where they belong, and the definition's defaults where nothing is given.
/// Gives the flat arguments that were moved.
std::vector<std::string> read_leniently(Tool const& tool, json::object& arguments);

/// Names each mistake as the caller knows it: by the flat argument that was given (`read_leniently`), and with the
/// definition's hint for an argument that the tool does not have.
void explain(Tool const& tool, std::vector<std::string> const& unfolded, std::vector<FieldFailure>& failures);

/// The mistakes of an update that the schema does not see: it changes nothing, or empties a member that it also gives.
[[nodiscard]] std::vector<FieldFailure> check_update(Tool const& tool, json::object const& arguments);

/// What the arguments lack because of the value of another one (`catalog::Needs`).
[[nodiscard]] std::vector<FieldFailure> check_needs(Tool const& tool, json::object const& arguments);

/// Sorts validated arguments by their place in the vendor's request.
[[nodiscard]] catalog::CallParts split_arguments(Tool const& tool, json::object const& arguments);

/// A value in the form for a path or query: a text unchanged, numbers and booleans as JSON writes them.
[[nodiscard]] std::string text_of_argument(json::value const& value);

} // namespace sluice::tools
