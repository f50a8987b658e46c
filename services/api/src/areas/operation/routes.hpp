#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/healthz`, `/openapi.yaml`.
[[nodiscard]] Area operation_area();

} // namespace sluice::api
