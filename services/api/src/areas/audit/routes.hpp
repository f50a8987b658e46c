#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/audit-log`.
[[nodiscard]] Area audit_area();

} // namespace sluice::api
