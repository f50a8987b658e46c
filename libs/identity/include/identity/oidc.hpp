#pragma once

#include "base/clock.hpp"
#include "base/deadline.hpp"
#include "base/error.hpp"
#include "base/result.hpp"
#include "crypto/keyring.hpp"
#include "http_api/client.hpp"
#include "http_api/egress.hpp"
#include "http_api/query.hpp"
#include "identity/identity_provider.hpp"
#include "identity/oidc_flow.hpp"
#include "identity/oidc_issuers.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::identity {

/// Why a sign-in with a provider ended without a user. The sign-in page has a text for each, by its name.
enum class OidcFault : std::uint8_t {
    unknown_flow,    ///< Begun in another browser, too long ago, or used already.
    not_granted,     ///< The provider answered with an error, for example since the person declined.
    refused,         ///< The provider's answer does not prove who it is.
    provider_off,    ///< There is no such provider, or it is not enabled.
    provider_failed, ///< The provider cannot be reached, or answers what is no answer.
    not_invited,     ///< The provider knows the person, but no user is linked with them.
    not_signed_in,   ///< Linking: the session that wanted it is over, or is another user's.
    conflict,        ///< Linking: the subject is another user's, or the user has another.
    invitation_over, ///< The invitation was used, or is over.
    unavailable,     ///< A part of Sluice is down.
};
[[nodiscard]] std::string_view name_of(OidcFault fault) noexcept;
/// The fault of an error of `Oidc::begin` or `Oidc::finish`.
[[nodiscard]] OidcFault fault_of_flow(Error const& error) noexcept;
/// The fault of an error with which `IdentityProviderRepository` answers for a subject.
[[nodiscard]] OidcFault fault_of_subject(Error const& error) noexcept;

/// Signs in with OpenID Connect: authorization code flow with PKCE (OpenID Connect Core 1.0 section 3.1, RFC 7636), as
/// RFC 9700 wants it. It proves who somebody is to a provider and decides nothing else: whoever calls it finds the user
/// (`IdentityProviderRepository::find_user`), links or accepts, by the flow's purpose. No e-mail is asked for or read.
/// Belongs to one I/O thread.
class Oidc {
public:
    /// The path at which providers send people back, below the public URL; the id of the team follows it.
    static constexpr std::string_view kCallbackPath = "/oidc/callback";
    /// The token endpoint must answer within it.
    static constexpr std::chrono::seconds kTokenLimit{10};

    /// All must outlive it. `client` must be one that calls only what `egress` permits. `public_url` is that of Sluice,
    /// without a slash at its end.
    Oidc(IdentityProviderRepository& providers, http::Client& client, http::EgressPolicy const& egress,
         crypto::Keyring const& keyring, Clock const& clock, std::string_view public_url);

    /// What the providers of a team are registered with. No other team has it: a code that was meant for one team's
    /// provider never reaches another team's (mix-up, RFC 9700 section 4.4).
    [[nodiscard]] std::string redirect_url(TeamId team) const;

    struct Wish {
        TeamId team;
        IdentityProviderId provider;
        OidcPurpose purpose;
        std::string return_path; ///< `return_path_of` is applied to it.
        std::string cookies;     ///< The browser's `Cookie` header; it may have other flows.
    };
    struct Begun {
        std::string url;        ///< Where to send the browser.
        std::string set_cookie; ///< The `Set-Cookie` header.
    };
    /// Errors: not_found; upstream_failed, upstream_unreachable or upstream_timeout; unavailable; forbidden if Sluice
    /// is reached by http from elsewhere.
    Task<Result<Begun>> begin(Wish wish, Deadline deadline);

    /// Somebody came back from a provider and has proved who they are to it.
    struct Proven {
        Subject subject;
        OidcPurpose purpose;
        std::string return_path;
    };
    struct Finished {
        Result<Proven> proven;
        std::string set_cookie; ///< The `Set-Cookie` header; it is sent also with an error.
    };
    /// `team` is that of the callback's path, `query` its query, `cookies` the browser's `Cookie` header. The flow is
    /// used up, whatever comes of it. Errors of `proven`: conflict (no such flow); forbidden (the provider answered
    /// with an error); unauthenticated (its answer proves nothing); not_found (no such provider any more);
    /// upstream_failed, upstream_unreachable, upstream_timeout; unavailable.
    Task<Finished> finish(TeamId team, http::Query query, std::string cookies, Deadline deadline);

private:
    Task<Result<Proven>> prove(OidcFlow flow, http::Query query, Deadline deadline);
    /// The ID token that the token endpoint gives for the code.
    Task<Result<Secret>> exchange(OidcClient const& client, OidcIssuers::Provider provider, std::string code,
                                  std::string verifier, Deadline deadline);

    IdentityProviderRepository& providers_;
    http::Client& client_;
    Clock const& clock_;
    OidcCookies const cookies_;
    OidcIssuers issuers_;
    std::string const callback_url_;
};

} // namespace sluice::identity
