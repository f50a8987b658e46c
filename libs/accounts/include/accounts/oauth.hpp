#pragma once

#include "accounts/account.hpp"
#include "accounts/context.hpp"
#include "accounts/installation.hpp"
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

// OAuth 2.0 (RFC 6749) as pure functions: what to send, and what an answer means.

/// Who we are at the vendor: the developer's app, or the customer's own client.
struct OAuthApp {
    std::string client_id;
    Secret client_secret;
};

/// What is told where a value of an account would choose the host that the app's secret goes to.
inline constexpr std::string_view kAppNeedsHost =
    "needs a fixed host: the secret of an OAuth app goes only to hosts that the definition fixes, and a value of the "
    "account's context chooses the host of token_url or revoke_url. Name the host whole, there or with "
    "override.base_url, or leave at most its leftmost label open, below a domain that is the vendor's own";

/// The developer's app, or for client credentials the customer's own client. Errors: forbidden with what to set if
/// there is none, and if a value of the account chooses the host that its secret would go to.
[[nodiscard]] Result<OAuthApp> oauth_app(catalog::OAuth const& oauth, std::optional<SealedSecret> const& app_secret,
                                         Context const& context);

/// What a token endpoint gave (RFC 6749 section 5.1).
struct TokenGrant {
    Secret access_token;
    Secret refresh_token;                         ///< Empty: the one there is stays.
    std::optional<std::chrono::seconds> lifetime; ///< `expires_in`
    std::optional<std::vector<std::string>> scopes;
    /// Of the ID token, if there is one; not verified, as it came over TLS from its issuer.
    std::optional<std::string> nonce;
};

/// A request to the token or revocation endpoint, with client authentication as the definition has it.
[[nodiscard]] http::OutgoingRequest token_request(catalog::OAuth const& oauth, std::string url, OAuthApp const& app,
                                                  http::Query form);

/// What a token endpoint said.
struct TokenAnswer {
    enum class Kind {
        granted,
        ended,         ///< `invalid_grant`: the grant is no longer valid.
        grant_refused, ///< Another refusal of the grant: a 4xx, or a 2xx with an error member.
        /// Of the app, which all accounts share: its error codes of RFC 6749 section 5.2, or 401, 403, 404 without an
        /// error code from a host that all share. Of a client that is the account's own only `invalid_client`,
        /// `unauthorized_client` and a 401 are a refusal, of the grant.
        app_refused,
        unclear, ///< Nothing about either: 408, 425, 429, 5xx, HTML, an empty body, no token.
    };
    Kind kind = Kind::unclear;
    /// Of an unclear one: the vendor may have used the grant up all the same. It did not say that it did not.
    bool may_be_used_up = false;
    TokenGrant grant; ///< If granted.
    Error error;      ///< Else: reauth_needed, upstream_failed, forbidden, upstream_failed, in this order.
};

/// Reads leniently: a byte order mark, a lifetime in quotes, scopes as a list or with commas, an error in an object.
[[nodiscard]] TokenAnswer read_token_answer(std::string_view vendor, catalog::OAuth const& oauth,
                                            http::Response const& answer);

/// The scopes to ask for with a client of the account's own: those it was connected with, else those of the definition.
[[nodiscard]] std::vector<std::string> wanted_scopes(catalog::OAuth const& oauth, Context const& context);
/// Keeps the scopes that connecting asked for; nothing: the definition's.
void keep_wanted_scopes(std::optional<std::vector<std::string>> const& scopes, Context& context);

/// The tokens of `grant` put into the context, and when they have to be renewed. `jitter` is from 0 to 1.
void apply_grant(TokenGrant const& grant, Timestamp now, double jitter, Account& account, Context& context);

/// Sets `access_expires_at` and `refresh_due_at` from the token pair of the context: 60 to 180 s ahead of its end, or a
/// quarter of its lifetime if that is less; later by up to a quarter of that, so that tokens got together are not
/// renewed together.
void plan_refresh(Timestamp now, double jitter, Account& account, Context const& context);

} // namespace sluice::accounts
