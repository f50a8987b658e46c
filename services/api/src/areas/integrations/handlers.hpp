#pragma once

#include "accounts/repositories.hpp"
#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

class IntegrationHandlers {
public:
    explicit IntegrationHandlers(ShardParts const& parts);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);

private:
    Task<Result<tenancy::Page<accounts::StoredIntegration>>> page(EnvironmentId environment, tenancy::ListQuery query,
                                                                  Deadline deadline);

    accounts::IntegrationRepository& definitions_;
    crypto::CursorSealer const& cursors_;
};

} // namespace sluice::api
