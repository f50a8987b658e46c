#pragma once

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/secret.hpp"
#include "crypto/keyring.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::identity {

// Why somebody is sent to an OpenID provider.

/// To sign in, as whoever the subject was linked with.
struct SignInPurpose {};
/// To link the subject with this user. Whoever comes back must have a live session of the same user.
struct LinkPurpose {
    UserId user;
};
/// To accept an invitation, whose secret it has.
struct InvitationPurpose {
    Secret secret;
};
using OidcPurpose = std::variant<SignInPurpose, LinkPurpose, InvitationPurpose>;

/// What is remembered of somebody who is at a provider. It is in a cookie of their browser, sealed, and nowhere else:
/// no row waits for those who never come back, and every replica can go on.
struct OidcFlow {
    std::string state; ///< This, `nonce` and `verifier` are 32 random bytes in base64url.
    std::string nonce;
    std::string verifier; ///< Of PKCE (RFC 7636).
    TeamId team;
    IdentityProviderId provider;
    OidcPurpose purpose;
    std::string return_path;
};

/// A flow with new random values.
[[nodiscard]] OidcFlow begin_flow(TeamId team, IdentityProviderId provider, OidcPurpose purpose,
                                  std::string_view return_path);

/// The longest return path; a longer one becomes `/`, so that the cookie stays below what browsers keep.
inline constexpr std::size_t kLongestReturnPath = 256;
/// `wanted` if it is a path of Sluice and nothing else, else `/`. A browser reads `//host`, `/\host` and a path with
/// tabs or line breaks as another host.
[[nodiscard]] std::string return_path_of(std::string_view wanted);

/// The cookie with the flows of one browser, the newest first. Over https it is `__Host-sluice_oidc`: no other host can
/// set it. Over http, which is for this machine alone, it is `sluice_oidc`. Thread-safe.
class OidcCookies {
public:
    static constexpr std::chrono::minutes kLifetime{10};
    /// So many flows can a browser have side by side; the oldest gives way.
    static constexpr std::size_t kMost = 4;

    /// `keyring` and `clock` must outlive it.
    OidcCookies(crypto::Keyring const& keyring, Clock const& clock, std::string_view public_url);

    /// Whether Sluice is reached in a way in which cookies are safe: by https, or from this machine alone.
    [[nodiscard]] bool are_safe() const noexcept { return are_safe_; }
    /// The `Set-Cookie` header with `flow` before the flows that the browser's `Cookie` header has.
    [[nodiscard]] std::string add(OidcFlow const& flow, std::string_view cookies) const;

    struct Taken {
        std::optional<OidcFlow> flow; ///< Nothing if no flow of this browser has the state, or its time is over.
        std::string set_cookie;       ///< The `Set-Cookie` header without it.
    };
    /// Takes the flow with `state`, so that it is used once.
    [[nodiscard]] Taken take(std::string_view state, std::string_view cookies) const;

private:
    [[nodiscard]] std::vector<std::string> values_in(std::string_view cookies) const;
    [[nodiscard]] std::string set_cookie(std::vector<std::string> const& values) const;
    [[nodiscard]] std::optional<OidcFlow> open(std::string_view value) const;

    crypto::Keyring const& keyring_;
    Clock const& clock_;
    bool is_tls_ = false;
    bool are_safe_ = false;
};

} // namespace sluice::identity
