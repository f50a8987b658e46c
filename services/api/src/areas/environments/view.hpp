#pragma once

#include "base/json.hpp"
#include "tenancy/tenancy.hpp"

namespace sluice::api {

[[nodiscard]] json::object environment_view(tenancy::Environment const& environment);

} // namespace sluice::api
