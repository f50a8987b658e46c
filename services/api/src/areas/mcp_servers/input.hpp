#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "call.hpp"
#include "mcp/mint.hpp"

#include <chrono>
#include <string>

namespace sluice::api {

/// Whose servers a route is about: below `/integrated-account/{id}/mcp` an account's, below `/mcp-server` a tenant's.
/// Errors: not_found for an id that can name no account.
[[nodiscard]] Result<mcp::ServerOwner> read_owner(Call const& call);

/// What a route with a server in its path is about.
struct NamedServer {
    mcp::ServerOwner owner;
    McpServerId id;
};
/// Errors: not_found for ids that can name nothing.
[[nodiscard]] Result<NamedServer> read_named(Call const& call);

// Errors of the others: invalid_argument for every mistake. `mint` says which times may be set.

[[nodiscard]] Result<mcp::McpServer> read_server(json::object const& body, mcp::ServerOwner owner,
                                                 mcp::Mint const& mint);
[[nodiscard]] Result<mcp::ServerPatch> read_server_patch(json::object const& body, mcp::ServerOwner owner,
                                                         mcp::Mint const& mint);
/// `overlap_seconds` of a body that may be left out.
[[nodiscard]] Result<std::chrono::seconds> read_overlap(http::Request const& request);
/// The query of `explain`: the name of a tool.
[[nodiscard]] Result<std::string> read_tool_name(http::Query& query);

} // namespace sluice::api
