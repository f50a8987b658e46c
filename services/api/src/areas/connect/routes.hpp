#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/connect`: the Link UI, and what its pages talk to.
[[nodiscard]] Area connect_area();

} // namespace sluice::api
