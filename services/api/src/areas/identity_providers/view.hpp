#pragma once

#include "base/json.hpp"
#include "identity/identity_provider.hpp"

#include <string>

namespace sluice::api {

/// A provider, with the URL with which Sluice is registered there.
[[nodiscard]] json::object provider_view(identity::IdentityProvider const& provider, std::string const& redirect_url);

} // namespace sluice::api
