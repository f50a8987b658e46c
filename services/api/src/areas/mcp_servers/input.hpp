#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "call.hpp"
#include "mcp/mint.hpp"

#include <chrono>
#include <string>

namespace sluice::api {

/// The owner of the MCP servers of a route: an account below `/integrated-account/{id}/mcp`, a tenant below
/// `/mcp-server`. Errors: not_found for a text that is no id of an account.
[[nodiscard]] Result<mcp::ServerOwner> read_owner(Call const& call);

/// The MCP server in the path of a route.
struct NamedServer {
    mcp::ServerOwner owner;
    McpServerId id;
};
/// Errors: not_found for texts that are no such ids.
[[nodiscard]] Result<NamedServer> read_named(Call const& call);

// Errors of the other functions: invalid_argument with every mistake. `mint` checks `expires_at`.

/// A new MCP server, and the name of the filter that it begins with; empty: none.
struct NewServer {
    mcp::McpServer server;
    std::string preset;
};
[[nodiscard]] Result<NewServer> read_server(json::object const& body, mcp::ServerOwner owner, mcp::Mint const& mint);
[[nodiscard]] Result<mcp::ServerPatch> read_server_patch(json::object const& body, mcp::ServerOwner owner,
                                                         mcp::Mint const& mint);
/// Reads `overlap_seconds`. The body may be absent.
[[nodiscard]] Result<std::chrono::seconds> read_overlap(http::Request const& request);
/// Reads the name of a tool from the query of `explain`.
[[nodiscard]] Result<std::string> read_tool_name(http::Query& query);

} // namespace sluice::api
