#pragma once

#include "call.hpp"
#include "identity/sign_in.hpp"
#include "parts.hpp"

namespace sluice::api {

/// Signing in with a team's OpenID provider: the way there and back, and what a user is linked with.
class OidcHandlers {
public:
    explicit OidcHandlers(ShardParts const& parts);
    HandlerResult start(Call& call);
    HandlerResult callback(Call& call);
    HandlerResult start_invitation(Call& call);
    HandlerResult start_link(Call& call);
    HandlerResult unlink(Call& call);

private:
    /// The live session of the browser, if it has one.
    Task<std::shared_ptr<identity::SignedIn const>> session_of(Call& call);

    Config const& config_;
    identity::Oidc& oidc_;
    identity::OidcSignIn& arrivals_;
    identity::SignIn& sign_in_;
    identity::Sessions& sessions_;
    identity::IdentityProviderRepository& providers_;
    tenancy::SecretGate& gate_;
};

} // namespace sluice::api
