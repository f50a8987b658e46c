#pragma once

#include "base/json.hpp"

#include <string_view>

namespace sluice::tools {

/// The schema of an argument at a dotted path in an object schema's properties, where `*` stands for the elements of a
/// list; null if there is none.
[[nodiscard]] json::object* schema_at(json::object& schema, std::string_view path);

/// Removes the member at the path, and its name from `required`.
void hide(json::object& schema, std::string_view path);

/// Closes every object below that lists its members and does not say whether it is open: a member that the vendor does
/// not know would be ignored there, and the caller would believe that it had an effect. Objects with branches, and
/// those in branches, stay as they are.
void close_listed(json::value& schema);

} // namespace sluice::tools
