#pragma once

#include "call.hpp"

namespace sluice::simulator {

/// The filters of a stored or wanted view, as the caller sees them.
[[nodiscard]] Answer<Predicate> predicate_of(Call const& call, json::object const& view);

} // namespace sluice::simulator
