#pragma once

#include "accounts/installation.hpp"
#include "base/json.hpp"

namespace sluice::api {

[[nodiscard]] json::object installation_view(accounts::EnvironmentIntegration const& installation);

} // namespace sluice::api
