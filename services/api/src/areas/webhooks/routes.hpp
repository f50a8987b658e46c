#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/webhook`.
[[nodiscard]] Area webhook_area();

} // namespace sluice::api
