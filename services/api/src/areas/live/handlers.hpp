#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

class LiveHandlers {
public:
    explicit LiveHandlers(ShardParts const& parts);
    HandlerResult open(Call& call);

private:
    LiveStreams& streams_;
};

} // namespace sluice::api
