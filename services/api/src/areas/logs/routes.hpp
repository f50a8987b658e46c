#pragma once

#include "area.hpp"

namespace sluice::api {

[[nodiscard]] Area log_area();

} // namespace sluice::api
