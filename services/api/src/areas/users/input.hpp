#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "identity/user.hpp"

#include <string>

namespace sluice::api {

/// What `POST /team/{id}/invite` takes.
[[nodiscard]] Result<identity::NewUser> read_invitation(json::object const& body);
/// What `PATCH /user/{id}` takes.
[[nodiscard]] Result<identity::UserChange> read_user_patch(json::object const& body);
/// What `PATCH /team/{id}` takes: a new name.
[[nodiscard]] Result<std::string> read_team_patch(json::object const& body);

} // namespace sluice::api
