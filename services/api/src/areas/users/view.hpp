#pragma once

#include "base/json.hpp"
#include "identity/users.hpp"
#include "tenancy/tenancy.hpp"

namespace sluice::api {

[[nodiscard]] json::object team_view(tenancy::Team const& team);
/// A user, with the link that was made for them; `null` if it was sent by mail.
[[nodiscard]] json::object made_link_view(identity::MadeLink const& made);

} // namespace sluice::api
