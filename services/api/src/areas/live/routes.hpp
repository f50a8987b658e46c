#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/live`.
[[nodiscard]] Area live_area();

} // namespace sluice::api
