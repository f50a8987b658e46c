#pragma once

#include "accounts/vault.hpp"
#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

/// The form after connecting. The holder of its form token may answer it.
class ConnectFormHandlers {
public:
    explicit ConnectFormHandlers(ShardParts const& parts);
    HandlerResult get(Call& call);
    HandlerResult options(Call& call);
    HandlerResult submit(Call& call);

private:
    Task<Result<accounts::CallableAccountPtr>> open(Call& call);

    connecting::ConnectForm& form_;
};

} // namespace sluice::api
