#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "identity/identity_provider.hpp"

namespace sluice::api {

/// What `POST /identity-provider` takes.
[[nodiscard]] Result<identity::NewIdentityProvider> read_provider(json::object const& body);
/// What `PATCH /identity-provider/{id}` takes.
[[nodiscard]] Result<identity::IdentityProviderChange> read_provider_patch(json::object const& body);

} // namespace sluice::api
