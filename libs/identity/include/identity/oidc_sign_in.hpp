#pragma once

#include "identity/identity_provider.hpp"
#include "identity/oidc.hpp"
#include "identity/sign_in.hpp"

#include <optional>
#include <string>

namespace sluice::identity {

/// What becomes of somebody who came back from a provider. Either `fault` is set, or they go on to `return_path`: with
/// a new session in `opened`, or with a link more.
struct OidcArrival {
    std::string set_cookie; ///< The `Set-Cookie` header that takes the flow away; it is always sent.
    std::string return_path = "/";
    std::optional<Opened> opened;
    std::optional<OidcFault> fault;
    Error error; ///< Of the fault, for the log.
};

/// Does for what somebody went to a provider: signs them in as the user they are linked with, links them, or accepts
/// their invitation. Belongs to one I/O thread.
class OidcSignIn {
public:
    /// All must outlive it.
    OidcSignIn(Oidc& oidc, IdentityProviderRepository& providers, SignIn& sign_in, crypto::Keyring const& keyring);

    /// `team` is that of the callback's path, `query` its query, `cookies` the browser's `Cookie` header, `who` the
    /// live session of the browser, null if it has none. Who wanted to be linked must be the user of that session.
    Task<OidcArrival> arrive(TeamId team, http::Query query, std::string cookies, SignedIn const* who, Client client,
                             Deadline deadline);

private:
    Task<OidcArrival> sign_in(Subject subject, Client client, Deadline deadline);
    Task<OidcArrival> link(Subject subject, LinkPurpose purpose, SignedIn const* who, Client client, Deadline deadline);
    Task<OidcArrival> accept(Subject subject, InvitationPurpose purpose, Client client, Deadline deadline);
    Task<OidcArrival> open(Subject const& subject, UserId user, Client client, Deadline deadline);

    Oidc& oidc_;
    IdentityProviderRepository& providers_;
    SignIn& sign_in_;
    crypto::Keyring const& keyring_;
};

} // namespace sluice::identity
