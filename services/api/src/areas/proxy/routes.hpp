#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/proxy`: every method of a vendor, as REST.
[[nodiscard]] Area proxy_area();

} // namespace sluice::api
