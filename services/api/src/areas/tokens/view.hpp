#pragma once

#include "base/json.hpp"
#include "tenancy/tenancy.hpp"

namespace sluice::api {

[[nodiscard]] json::object token_view(tenancy::ApiToken const& token);

} // namespace sluice::api
