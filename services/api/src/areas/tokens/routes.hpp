#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/api-token`.
[[nodiscard]] Area token_area();

} // namespace sluice::api
