#pragma once

#include "accounts/repositories.hpp"
#include "base/json.hpp"

namespace sluice::api {

[[nodiscard]] json::object integration_view(accounts::StoredIntegration const& integration);

} // namespace sluice::api
