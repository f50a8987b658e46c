#pragma once

#include "base/json.hpp"
#include "identity/identity_provider.hpp"
#include "identity/user.hpp"
#include "tenancy/tenancy.hpp"

#include <optional>
#include <vector>

namespace sluice::api {

/// How the users of a team can sign in. A team that there is not looks like one without anything.
[[nodiscard]] json::object sign_in_options_view(std::optional<tenancy::Team> const& team,
                                                std::vector<identity::IdentityProvider> const& providers,
                                                bool has_mail);
/// Whom a link is for.
[[nodiscard]] json::object link_view(identity::LinkView const& link);

} // namespace sluice::api
