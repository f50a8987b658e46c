#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/connect`: the pages of the Link UI, and the routes that they call.
[[nodiscard]] Area connect_area();

} // namespace sluice::api
