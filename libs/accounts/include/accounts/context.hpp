#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "catalog/integration.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::accounts {

/// An account's context in two parts: the visible one, and the secret one, which is stored sealed.
struct Context {
    json::object visible;
    json::object secret;

    /// Both parts together, as templates read them.
    [[nodiscard]] json::object whole() const;
};

/// Splits a context. Secret are: fields that the definition marks secret; members with a secret's name, such as
/// `x-api-key`, `webhookSecret`, `oauth_token` or `basic_auth`; texts with a URL that has a password. Exception: a
/// member is visible if only its name sounds secret and a URL, a step or the form of the definition reads it.
[[nodiscard]] Context split_context(json::object const& context, catalog::Integration const& integration);

/// Whether a patch has new credentials: fields of the authentication method, values that its authorisation reads,
/// tokens, or secrets that every account has. Other secrets of the context, such as that of a webhook, do not count.
[[nodiscard]] bool has_credentials(json::object const& patch, catalog::Integration const& integration,
                                   std::string_view authentication_method);

/// Merges a patch one level deep: a member of the patch replaces the whole old member, and null removes it. Exception:
/// a secret inside an old member stays unless the patch names it.
[[nodiscard]] Context merge_context(Context const& old, json::object const& patch,
                                    catalog::Integration const& integration);

/// The context values that choose the host to which this account's secrets go (in base, token and revoke URL) and that
/// differ between `before` and `now`. As dotted paths: `context.subdomain`.
[[nodiscard]] std::vector<std::string> changed_authorities(catalog::Integration const& integration,
                                                           std::string_view authentication_method,
                                                           json::object const& before, json::object const& now);

/// `merge_context` for an account with sealed secrets. A patch that changes the host to which they go must have each
/// secret again, or null to give it up. So nobody can send a secret that he does not know to a host of his choice.
/// Errors: invalid_argument at `context.<secret>` for every secret that the patch leaves out.
[[nodiscard]] Result<Context> patch_context(Context const& old, json::object const& patch,
                                            catalog::Integration const& integration,
                                            std::string_view authentication_method);

/// Merges what a person entered into the kept context of an account, and then `given`, which the developer set. If this
/// changes the host to which secrets go, the old secrets are dropped. Errors: invalid_argument at `context.<field>` for
/// a secret that must be entered again, and for a host that the person chose although the developer's secrets would go
/// there.
[[nodiscard]] Result<json::object> entered_context(Context const& old, json::object const& entered,
                                                   json::object const& given, catalog::Integration const& integration,
                                                   std::string_view authentication_method);

/// Checks the fields of the definition, the token pair of OAuth accounts, and the bounds on size. Errors:
/// invalid_argument at `context.<field>` for every mistake; at `authentication_method` if the integration does not
/// offer it.
enum class Tokens { required, not_yet };
[[nodiscard]] Result<void> check_context(json::object const& context, catalog::Integration const& integration,
                                         std::string_view authentication_method, Tokens tokens = Tokens::required);

} // namespace sluice::accounts
