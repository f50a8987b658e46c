#pragma once

#include "area.hpp"

namespace sluice::api {

[[nodiscard]] Area oidc_area();

} // namespace sluice::api
