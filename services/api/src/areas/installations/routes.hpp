#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/environment-integration`.
[[nodiscard]] Area installation_area();

} // namespace sluice::api
