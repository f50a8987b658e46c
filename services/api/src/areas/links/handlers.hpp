#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

/// Link tokens, and connections that a back end starts without the Link UI.
class LinkHandlers {
public:
    explicit LinkHandlers(ShardParts const& parts);
    HandlerResult create_token(Call& call);
    HandlerResult create_connection(Call& call);
    HandlerResult get_connection(Call& call);

private:
    Config const& config_;
    connecting::ConnectionRepository& connections_;
    connecting::Links& links_;
    connecting::Connector& connector_;
    tenancy::Waiters& waiters_;
};

} // namespace sluice::api
