#pragma once

#include "area.hpp"

namespace sluice::api {

[[nodiscard]] Area identity_provider_area();

} // namespace sluice::api
