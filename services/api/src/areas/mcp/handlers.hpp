#pragma once

#include "call.hpp"
#include "parts.hpp"

#include <optional>

namespace sluice::api {

class McpHandlers {
public:
    explicit McpHandlers(ShardParts const& parts);
    HandlerResult handle(Call& call);
    HandlerResult stream(Call& call);
    HandlerResult messages(Call& call);
    /// For clients that send the MCP token in the Authorization header instead of the URL.
    HandlerResult handle_bearer(Call& call);
    Task<Result<std::optional<http::Response>>> refuse_stranger(Call& call);

private:
    mcp::Endpoint& endpoint_;
};

} // namespace sluice::api
