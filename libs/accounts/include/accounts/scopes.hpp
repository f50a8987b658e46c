#pragma once

#include "accounts/account.hpp"
#include "catalog/method.hpp"

#include <string>
#include <vector>

namespace sluice::accounts {

/// The OAuth scopes that an account was granted (`context.oauth.scope`); nothing if they are not known, as for API
/// keys.
[[nodiscard]] std::optional<std::vector<std::string>> granted_scopes(Account const& account);

/// The scopes that a method needs and the account lacks. Empty if the granted scopes are not known.
[[nodiscard]] std::vector<std::string> missing_scopes(Account const& account, catalog::Method const& method);

} // namespace sluice::accounts
