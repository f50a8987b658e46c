#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

class TokenHandlers {
public:
    explicit TokenHandlers(ShardParts const& parts);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);

private:
    tenancy::ApiTokenRepository& tokens_;
    crypto::CursorSealer const& cursors_;
};

} // namespace sluice::api
