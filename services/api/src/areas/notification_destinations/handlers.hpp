#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

class NotificationDestinationHandlers {
public:
    explicit NotificationDestinationHandlers(ShardParts const& parts);
    HandlerResult create(Call& call);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult remove(Call& call);
    HandlerResult test(Call& call);

private:
    events::DestinationRepository& rows_;
    events::Destinations& destinations_;
    crypto::CursorSealer const& cursors_;
};

} // namespace sluice::api
