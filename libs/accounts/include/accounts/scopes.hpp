#pragma once

#include "accounts/account.hpp"
#include "catalog/method.hpp"

#include <string>
#include <vector>

namespace sluice::accounts {

/// The OAuth scopes an account was granted (`context.oauth.scope`); nothing if that is not known, as for API keys.
[[nodiscard]] std::optional<std::vector<std::string>> granted_scopes(Account const& account);

/// The scopes a method needs and the account has not. None if it is not known what was granted.
[[nodiscard]] std::vector<std::string> missing_scopes(Account const& account, catalog::Method const& method);

} // namespace sluice::accounts
