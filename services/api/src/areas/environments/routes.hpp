#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/environment`.
[[nodiscard]] Area environment_area();

} // namespace sluice::api
