#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

class BatchHandlers {
public:
    explicit BatchHandlers(ShardParts const& parts);
    /// `POST /batch-request`
    HandlerResult run(Call& call);

private:
    accounts::CallableAccounts& callable_;
    batch::Runner& runner_;
};

} // namespace sluice::api
