#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/documentation`.
[[nodiscard]] Area documentation_area();

} // namespace sluice::api
