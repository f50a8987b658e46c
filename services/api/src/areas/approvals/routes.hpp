#pragma once

#include "area.hpp"

namespace sluice::api {

/// `/approval`, and the page where calls are approved.
[[nodiscard]] Area approval_area();

} // namespace sluice::api
