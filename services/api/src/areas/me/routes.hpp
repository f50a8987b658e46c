#pragma once

#include "area.hpp"

namespace sluice::api {

[[nodiscard]] Area me_area();

} // namespace sluice::api
