#pragma once

#include "base/json.hpp"
#include "tenancy/tenancy.hpp"

namespace sluice::api {

[[nodiscard]] json::object token_view(tenancy::ApiToken const& token);
/// All permissions, and which of them roles and scopes have.
[[nodiscard]] json::object permissions_view();

} // namespace sluice::api
