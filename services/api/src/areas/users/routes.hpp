#pragma once

#include "area.hpp"

namespace sluice::api {

[[nodiscard]] Area user_area();

} // namespace sluice::api
