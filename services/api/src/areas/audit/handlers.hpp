#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

/// Who changed what in the caller's team.
class AuditHandlers {
public:
    explicit AuditHandlers(ShardParts const& parts);
    HandlerResult list(Call& call);

private:
    tenancy::AuditRepository& rows_;
    crypto::CursorSealer const& cursors_;
};

} // namespace sluice::api
