#pragma once

#include "call.hpp"
#include "parts.hpp"

namespace sluice::api {

class McpServerHandlers {
public:
    explicit McpServerHandlers(ShardParts const& parts);
    HandlerResult create(Call& call);
    HandlerResult list(Call& call);
    HandlerResult get(Call& call);
    HandlerResult patch(Call& call);
    HandlerResult remove(Call& call);
    HandlerResult rotate_token(Call& call);
    HandlerResult explain(Call& call);
    HandlerResult refresh_schema(Call& call);

private:
    mcp::ServerRepository& rows_;
    accounts::AccountRepository& accounts_;
    accounts::CallableAccounts& callable_;
    toolcalls::AccountSchemas& schemas_;
    mcp::Mint& mint_;
    crypto::CursorSealer const& cursors_;
    std::string const mcp_url_;
};

} // namespace sluice::api
