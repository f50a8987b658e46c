#pragma once

#include "accounts/vault.hpp"
#include "base/json.hpp"
#include "catalog/integration.hpp"

#include <vector>

namespace sluice::api {

/// The form that the account's integration has after connecting.
[[nodiscard]] json::object form_view(accounts::CallableAccount const& account);
[[nodiscard]] json::array options_view(std::vector<catalog::FormField::Option> const& options);

} // namespace sluice::api
