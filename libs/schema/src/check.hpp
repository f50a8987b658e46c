#pragma once

#include "base/error.hpp"
#include "rules.hpp"

#include <vector>

namespace sluice::schema {

/// The mistakes in a value. Takes time linear in its size, times the rules that apply to each of its parts.
[[nodiscard]] std::vector<FieldFailure> check(Node const& rules, json::value const& value);
/// Whether a value fits.
[[nodiscard]] bool fits(Node const& rules, json::value const& value);

} // namespace sluice::schema
