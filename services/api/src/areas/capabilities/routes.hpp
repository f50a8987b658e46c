#pragma once

#include "area.hpp"

namespace sluice::api {

/// What can be called: of an account, and of an integration.
[[nodiscard]] Area capability_area();

} // namespace sluice::api
