#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

class ToolHandlers {
public:
    explicit ToolHandlers(ShardParts const& parts);
    /// `POST /tools/execute/{name}`
    HandlerResult execute(Call& call);

private:
    Config const& config_;
    toolcalls::AccountTools& tools_;
};

} // namespace sluice::api
