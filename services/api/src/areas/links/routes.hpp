#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/link-token` and `/connection`, for developers' back ends.
[[nodiscard]] Area link_area();

} // namespace sluice::api
