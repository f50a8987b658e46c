#pragma once

#include "base/json.hpp"
#include "tenancy/tenancy.hpp"

namespace sluice::api {

[[nodiscard]] json::object environment_view(tenancy::Environment const& environment);
/// `{accounts: {used, limit}, …}`.
[[nodiscard]] json::object quotas_view(std::vector<tenancy::QuotaUse> const& quotas);

} // namespace sluice::api
