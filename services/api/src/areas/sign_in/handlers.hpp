#pragma once

#include "call.hpp"
#include "identity/sign_in.hpp"
#include "parts.hpp"

namespace sluice::api {

/// Signing in: the pages, and what they ask for. Nobody who calls these is known yet.
class SignInHandlers {
public:
    explicit SignInHandlers(ShardParts const& parts);
    HandlerResult page(Call& call);
    HandlerResult options(Call& call);
    HandlerResult with_password(Call& call);
    HandlerResult with_link(Call& call);
    HandlerResult show_invitation(Call& call);
    HandlerResult accept_invitation(Call& call);
    HandlerResult request_reset(Call& call);
    HandlerResult show_reset(Call& call);
    HandlerResult reset(Call& call);

private:
    HandlerResult show(Call& call, identity::LinkKind kind);
    /// The answer to who is signed in now, with the cookies.
    Result<http::Response> opened(Result<identity::Opened> const& opened) const;

    Config const& config_;
    StaticFiles const& files_;
    tenancy::TenancyRepository& tenancy_;
    tenancy::SecretGate& gate_;
    identity::SignIn& sign_in_;
    identity::IdentityProviderRepository& providers_;
    bool const has_mail_;
};

} // namespace sluice::api
