#pragma once

#include "accounts/account.hpp"
#include "accounts/context.hpp"
#include "accounts/installation.hpp"
#include "accounts/tls_settings.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "catalog/integration.hpp"
#include "http_api/client.hpp"
#include "http_api/query.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::accounts {

// OAuth 2.0 (RFC 6749) as pure functions: they make requests and read answers.

/// The OAuth client that asks the vendor: the developer's app, or the account's own client.
struct OAuthApp {
    std::string client_id;
    Secret client_secret;
};

/// The error if a value of an account would choose the host to which the app's secret goes.
inline constexpr std::string_view kAppNeedsHost =
    "needs a fixed host: the secret of an OAuth app goes only to hosts that the definition fixes, and a value of the "
    "account's context chooses the host of token_url or revoke_url. Write the whole host there or in "
    "override.base_url; at most its leftmost label may be a placeholder, below a domain of the vendor's own";

/// The developer's app; for client credentials, the account's own client. Errors: forbidden if there is no app (the
/// text says what to set), or if a value of the account would choose the host to which the app's secret goes.
[[nodiscard]] Result<OAuthApp> oauth_app(catalog::OAuth const& oauth, std::optional<SealedSecret> const& app_secret,
                                         Context const& context);

/// The tokens that a token endpoint gave (RFC 6749 section 5.1).
struct TokenGrant {
    Secret access_token;
    Secret refresh_token;                         ///< Empty if the old one stays valid.
    std::optional<std::chrono::seconds> lifetime; ///< `expires_in`
    std::optional<std::vector<std::string>> scopes;
    /// The claim of the ID token, if there is one. Its signature is not checked, since it came over TLS from its
    /// issuer.
    std::optional<std::string> nonce;
};

/// A request to the token or revocation endpoint, with the client authentication that the definition names. `tls` are
/// the TLS settings of the environment integration; may be null.
[[nodiscard]] http::OutgoingRequest token_request(catalog::OAuth const& oauth, std::string url, OAuthApp const& app,
                                                  http::Query form, TlsIdentityPtr tls);

/// The answer of a token endpoint.
struct TokenAnswer {
    enum class Kind {
        granted,
        ended,         ///< `invalid_grant`: the grant is no longer valid.
        grant_refused, ///< Another refusal of the grant: a 4xx, or a 2xx with an error member.
        /// A refusal of the app, which all accounts share: an error code of RFC 6749 section 5.2 that is about the
        /// client, or 401, 403 or 404 without an error code from a host that all accounts share. If the client is the
        /// account's own, `invalid_client`, `unauthorized_client` and 401 are `grant_refused`, and the rest is
        /// `unclear`.
        app_refused,
        unclear, ///< Says nothing about grant or app: 408, 425, 429, 5xx, HTML, an empty body, no token.
    };
    Kind kind = Kind::unclear;
    /// If unclear: the vendor may have used up the grant although it gave no tokens.
    bool may_be_used_up = false;
    TokenGrant grant; ///< Set if granted.
    Error error;      ///< Set otherwise, by kind: reauth_needed, upstream_failed, forbidden, upstream_failed.
};

/// Reads an answer, and accepts what vendors get wrong: a byte order mark, a lifetime in quotes, scopes as a list or
/// with commas, an error as an object.
[[nodiscard]] TokenAnswer read_token_answer(std::string_view vendor, catalog::OAuth const& oauth,
                                            http::Response const& answer);

/// The scopes to ask for with the account's own client: those it was connected with, else those of the definition.
[[nodiscard]] std::vector<std::string> wanted_scopes(catalog::OAuth const& oauth, Context const& context);
/// Writes the scopes that connecting asked for into the context. Without `scopes` the definition's apply.
void keep_wanted_scopes(std::optional<std::vector<std::string>> const& scopes, Context& context);

/// Puts the tokens of `grant` into the context, and plans their renewal. `jitter` is from 0 to 1.
void apply_grant(TokenGrant const& grant, Timestamp now, double jitter, Account& account, Context& context);

/// Sets `access_expires_at` and `refresh_due_at` from the token pair of the context. The renewal is due 60 to 180 s
/// before the end, or a quarter of the lifetime if that is less. `jitter` (0 to 1) makes this time up to a quarter
/// shorter, so that tokens of the same age are not renewed together.
void plan_refresh(Timestamp now, double jitter, Account& account, Context const& context);

} // namespace sluice::accounts
