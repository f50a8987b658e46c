#pragma once

#include "accounts/installer.hpp"
#include "base/json.hpp"
#include "base/result.hpp"

namespace sluice::api {

/// Errors: invalid_argument for every mistake.
[[nodiscard]] Result<accounts::EnvironmentIntegration> read_installation(json::object const& body,
                                                                         EnvironmentId environment);
/// Errors: invalid_argument for every mistake.
[[nodiscard]] Result<accounts::InstallationPatch> read_installation_patch(json::object const& body);

} // namespace sluice::api
