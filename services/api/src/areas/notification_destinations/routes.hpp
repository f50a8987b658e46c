#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/notification-destination`.
[[nodiscard]] Area notification_destination_area();

} // namespace sluice::api
