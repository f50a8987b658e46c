#pragma once

#include "base/json.hpp"

#include <vector>

namespace sluice::schema {

/// The forms that a value may have, one for each JSON type but null, in the order in which the schema names them. Each
/// has one `type` and none of `anyOf`, `oneOf`, `allOf`, `const` (its value stands in `enum`) at its top; its parts
/// may. Branches of one type are merged into a form that takes all that they take: members of all of them, required
/// only where every branch requires them, and the widest of each bound. Empty if the schema takes any value.
[[nodiscard]] std::vector<json::object> alternatives_of(json::value const& schema);

} // namespace sluice::schema
