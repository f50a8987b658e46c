#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/healthz`.
[[nodiscard]] Area operation_area();

} // namespace sluice::api
