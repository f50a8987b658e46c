#pragma once

#include "accounts/integrations.hpp"
#include "accounts/vault.hpp"
#include "base/json.hpp"
#include "input.hpp"

namespace sluice::api {

/// What an installed integration can do.
[[nodiscard]] json::object capabilities_view(accounts::InstalledIntegration const& installed,
                                             WantedMethods const& wanted);
/// The same for an account, with the scopes that it was granted.
[[nodiscard]] json::object capabilities_view(accounts::CallableAccount const& account, WantedMethods const& wanted);

} // namespace sluice::api
