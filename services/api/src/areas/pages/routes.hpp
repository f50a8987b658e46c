#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/`, `/dashboard`.
[[nodiscard]] Area page_area();

} // namespace sluice::api
