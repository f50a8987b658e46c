#pragma once

#include "base/error.hpp"
#include "rules.hpp"

#include <vector>

namespace sluice::schema {

/// What is wrong with a value, in time linear in its size, times the rules that tools::apply to each of its parts.
[[nodiscard]] std::vector<FieldFailure> check(Node const& rules, json::value const& value);
/// Only whether it fits.
[[nodiscard]] bool fits(Node const& rules, json::value const& value);

} // namespace sluice::schema
