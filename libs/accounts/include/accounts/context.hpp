#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "catalog/integration.hpp"

namespace sluice::accounts {

/// An account's context, taken apart: what may be shown and what is sealed.
struct Context {
    json::object visible;
    json::object secret;

    /// Both together, as templates read them.
    [[nodiscard]] json::object whole() const;
};

/// Takes the secret members out: the fields the definition marks secret, and everywhere `api_key`, `token`,
/// `password`, `client_secret`, `access_token`, `refresh_token`, `private_key`, `secret`.
[[nodiscard]] Context split_context(json::object const& context, catalog::Integration const& integration);

/// Merges a patch one level deep: a member of the patch replaces the old one whole, null removes it, except that a
/// secret is never removed by a patch that leaves it out.
[[nodiscard]] Context merge_context(Context const& old, json::object const& patch,
                                    catalog::Integration const& integration);

/// Checks the fields the definition names, the token pair of OAuth accounts, and the bounds on size.
/// Errors: invalid_argument at `context.<field>` for every mistake; `authentication_method` if it is not offered.
enum class Tokens { required, not_yet };
[[nodiscard]] Result<void> check_context(json::object const& context, catalog::Integration const& integration,
                                         std::string_view authentication_method, Tokens tokens = Tokens::required);

} // namespace sluice::accounts
