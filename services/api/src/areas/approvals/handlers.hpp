#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

/// Calls of tools that wait for a person: decided by the developer's back end, or on our page by whoever has its link.
class ApprovalHandlers {
public:
    explicit ApprovalHandlers(ShardParts const& parts);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult decide(Call& call);
    HandlerResult page(Call& call);
    HandlerResult use_code(Call& call);

private:
    safeguards::WriteCallRepository& rows_;
    safeguards::Decisions& decisions_;
    StaticFiles const& files_;
    crypto::CursorSealer const& cursors_;
};

} // namespace sluice::api
