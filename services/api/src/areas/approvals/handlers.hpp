#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

/// Tool calls that wait for approval. The developer's back end decides, or a person on the page of approval.
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
