#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "catalog/integration.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::accounts {

/// An account's context, taken apart: what may be shown and what is sealed.
struct Context {
    json::object visible;
    json::object secret;

    /// Both together, as templates read them.
    [[nodiscard]] json::object whole() const;
};

/// Takes the secret members out: the fields the definition marks secret, and everywhere what is called a secret, such
/// as `x-api-key`, `webhookSecret`, `oauth_token` or `basic_auth`, and texts with a URL that has a password in it. What
/// only sounds like a secret and is read by a URL, a step or the form of the definition is none.
[[nodiscard]] Context split_context(json::object const& context, catalog::Integration const& integration);

/// Whether a patch has what authenticates: the fields of the method and what its authorisation reads, the tokens,
/// secrets that every account has. Another secret of the context, of a webhook for example, says nothing of them.
[[nodiscard]] bool has_credentials(json::object const& patch, catalog::Integration const& integration,
                                   std::string_view authentication_method);

/// Merges a patch one level deep: a member of the patch replaces the old one whole, null removes it, except that a
/// secret is never removed by a patch that leaves it out.
[[nodiscard]] Context merge_context(Context const& old, json::object const& patch,
                                    catalog::Integration const& integration);

/// The context values in the authority of a URL that secrets of this account go to (base, token and revoke URL), as
/// dotted paths (`context.subdomain`), that `now` has otherwise than `before`.
[[nodiscard]] std::vector<std::string> changed_authorities(catalog::Integration const& integration,
                                                           std::string_view authentication_method,
                                                           json::object const& before, json::object const& now);

/// `merge_context` for an account whose secrets are sealed. A patch that changes the host they go to must bring each of
/// them anew, or null for one that is given up: nobody sends a secret that he does not know to a host of his choice.
/// Errors: invalid_argument at `context.<secret>` for every one that the patch leaves out.
[[nodiscard]] Result<Context> patch_context(Context const& old, json::object const& patch,
                                            catalog::Integration const& integration,
                                            std::string_view authentication_method);

/// What a person enters for an account whose context is kept, over it; `given` (by the developer) goes over both. Where
/// that changes the host the secrets go to, the old ones are dropped.
/// Errors: invalid_argument at `context.<field>` for a secret that is to be entered anew, and for a host that a person
/// enters although the developer's secrets would go there.
[[nodiscard]] Result<json::object> entered_context(Context const& old, json::object const& entered,
                                                   json::object const& given, catalog::Integration const& integration,
                                                   std::string_view authentication_method);

/// Checks the fields the definition names, the token pair of OAuth accounts, and the bounds on size.
/// Errors: invalid_argument at `context.<field>` for every mistake; `authentication_method` if it is not offered.
enum class Tokens { required, not_yet };
[[nodiscard]] Result<void> check_context(json::object const& context, catalog::Integration const& integration,
                                         std::string_view authentication_method, Tokens tokens = Tokens::required);

} // namespace sluice::accounts
