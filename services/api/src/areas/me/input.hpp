#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>

namespace sluice::api {

[[nodiscard]] Result<std::string> read_new_name(json::object const& body);

struct PasswordChange {
    Secret current; ///< Empty if none was set before.
    Secret fresh;
};
[[nodiscard]] Result<PasswordChange> read_password_change(json::object const& body);
/// `{"code"}`.
[[nodiscard]] Result<Secret> read_second_factor_code(json::object const& body);

struct SecondFactorRemoval {
    Secret password; ///< Empty if the user has none.
    Secret code;
};
[[nodiscard]] Result<SecondFactorRemoval> read_second_factor_removal(json::object const& body);
/// Of a request that has nothing to say: `{}` or no body. Errors: invalid_argument for a member.
[[nodiscard]] Result<void> read_nothing(json::object const& body);

} // namespace sluice::api
