#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/approval`, and the page of approval.
[[nodiscard]] Area approval_area();

} // namespace sluice::api
