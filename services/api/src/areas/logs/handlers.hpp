#pragma once

#include "call.hpp"
#include "calllog/entry.hpp"
#include "parts.hpp"
#include "tenancy/page.hpp"

namespace sluice::api {

/// The logs of an environment: calls, and attempts at deliveries.
class LogHandlers {
public:
    explicit LogHandlers(ShardParts const& parts);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult hours(Call& call);

private:
    HandlerResult calls(Call& call, calllog::LogType type);
    HandlerResult attempts(Call& call, bool is_of_webhooks);

    calllog::LogRepository& calls_;
    events::WebhookRepository& webhooks_;
    events::DestinationRepository& destinations_;
    crypto::CursorSealer const& cursors_;
};

} // namespace sluice::api
