#pragma once

#include "area.hpp"

namespace sluice::api {

/// The methods that can be called, of an account and of an integration.
[[nodiscard]] Area capability_area();

} // namespace sluice::api
