#pragma once

#include "call.hpp"
#include "parts.hpp"
#include "tenancy/tenancy.hpp"

namespace sluice::api {

class EnvironmentHandlers {
public:
    explicit EnvironmentHandlers(ShardParts const& parts);
    HandlerResult create(Call& call);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);

private:
    /// The environment of the caller as a page of a list.
    Task<Result<tenancy::Page<tenancy::Environment>>> own(EnvironmentId id, tenancy::ListQuery query,
                                                          Deadline deadline);

    tenancy::TenancyRepository& rows_;
    crypto::CursorSealer const& cursors_;
    accounts::Demo const& demo_;
};

} // namespace sluice::api
