#pragma once

#include "base/json.hpp"
#include "connecting/links.hpp"
#include "tenancy/tenancy.hpp"

#include <optional>
#include <string>

namespace sluice::api {

/// What the Link UI shows to a customer: which team asks, and what may be connected.
[[nodiscard]] json::object session_view(connecting::LinkToken const& token, tenancy::Environment const& asker,
                                        std::string const& team_name, connecting::Links::Offers const& offered);
/// What the Link UI may know of a connection.
[[nodiscard]] json::object outcome_view(connecting::Connection const& connection);

} // namespace sluice::api
