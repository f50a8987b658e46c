#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

class WebhookHandlers {
public:
    explicit WebhookHandlers(ShardParts const& parts);
    HandlerResult create(Call& call);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult remove(Call& call);
    HandlerResult rotate_secret(Call& call);
    HandlerResult send_test(Call& call);
    HandlerResult replay(Call& call);

private:
    events::WebhookRepository& rows_;
    events::Subscriptions& subscriptions_;
    crypto::CursorSealer const& cursors_;
};

} // namespace sluice::api
