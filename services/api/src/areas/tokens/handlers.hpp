#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

/// API tokens of the environment. Users make and change them; a token can only see them.
class TokenHandlers {
public:
    explicit TokenHandlers(ShardParts const& parts);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult create(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult remove(Call& call);
    /// The table of permissions, roles and scopes.
    HandlerResult permissions(Call& call);

private:
    tenancy::ApiTokenRepository& tokens_;
    tenancy::TokenMint& mint_;
    crypto::CursorSealer const& cursors_;
};

} // namespace sluice::api
