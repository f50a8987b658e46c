#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/link-token` and `/connection`: what a developer's back end begins.
[[nodiscard]] Area link_area();

} // namespace sluice::api
