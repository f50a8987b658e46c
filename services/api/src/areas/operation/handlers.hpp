#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

class OperationHandlers {
public:
    explicit OperationHandlers(ShardParts const& parts);
    HandlerResult healthz(Call& call);
    HandlerResult specification(Call& call);
    HandlerResult reference(Call& call);

private:
    StaticFiles const& files_;
};

} // namespace sluice::api
