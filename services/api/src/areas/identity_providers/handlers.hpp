#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

/// The OpenID providers with which the users of a team sign in.
class IdentityProviderHandlers {
public:
    explicit IdentityProviderHandlers(ShardParts const& parts);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult create(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult remove(Call& call);

private:
    identity::IdentityProviders& providers_;
    identity::Oidc& oidc_;
    crypto::CursorSealer const& cursors_;
};

} // namespace sluice::api
