#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/healthz`, `/openapi.yaml`, `/reference`.
[[nodiscard]] Area operation_area();

} // namespace sluice::api
