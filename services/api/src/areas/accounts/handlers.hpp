#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

class AccountHandlers {
public:
    explicit AccountHandlers(ShardParts const& parts);
    HandlerResult create(Call& call);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult patch_credentials(Call& call);
    HandlerResult refresh_credentials(Call& call);
    HandlerResult create_token(Call& call);
    HandlerResult connect_demo(Call& call);
    HandlerResult bulk_delete(Call& call);
    HandlerResult get_own(Call& call);
    HandlerResult patch_own(Call& call);
    HandlerResult remove(Call& call);
    HandlerResult tools(Call& call);
    HandlerResult rate_limit(Call& call);
    HandlerResult own_rate_limit(Call& call);

private:
    accounts::AccountRepository& rows_;
    accounts::CallableAccounts& callable_;
    accounts::Directory& directory_;
    accounts::Demo& demo_;
    crypto::CursorSealer const& cursors_;
    limits::ShardLimits& limits_;
};

} // namespace sluice::api
