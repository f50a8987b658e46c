#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

class CapabilityHandlers {
public:
    explicit CapabilityHandlers(ShardParts const& parts);
    HandlerResult of_account(Call& call);
    HandlerResult of_integration(Call& call);

private:
    accounts::CallableAccounts& callable_;
    accounts::IntegrationRepository& definitions_;
    accounts::Integrations& integrations_;
};

} // namespace sluice::api
