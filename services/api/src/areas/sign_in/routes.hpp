#pragma once

#include "area.hpp"

namespace sluice::api {

[[nodiscard]] Area sign_in_area();

} // namespace sluice::api
