#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "identity/sign_in.hpp"

#include <string>

namespace sluice::api {

/// What `POST /session` takes.
[[nodiscard]] Result<identity::PasswordSignIn> read_sign_in(json::object const& body);
/// The secret of a link: all that `POST /session/link`, `/invitation/show` and `/reset/show` take.
[[nodiscard]] Result<Secret> read_link_secret(json::object const& body);
/// What `POST /invitation/accept` takes.
[[nodiscard]] Result<identity::NewPassword> read_acceptance(json::object const& body);
/// What `POST /reset` takes.
[[nodiscard]] Result<identity::NewPassword> read_reset(json::object const& body);

/// Whose password is forgotten.
struct ForgottenPassword {
    std::string team;
    std::string email;
};
[[nodiscard]] Result<ForgottenPassword> read_forgotten(json::object const& body);

} // namespace sluice::api
