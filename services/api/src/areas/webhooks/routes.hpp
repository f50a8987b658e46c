#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/webhook`, and the log of deliveries.
[[nodiscard]] Area webhook_area();

} // namespace sluice::api
