#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/integration`: the definitions that an environment may install.
[[nodiscard]] Area integration_area();

} // namespace sluice::api
