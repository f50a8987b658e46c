#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/batch-request`: many vendor calls of one account in one request.
[[nodiscard]] Area batch_area();

} // namespace sluice::api
