#pragma once

#include "jobs/queue.hpp"
#include "mcp/mcp_server.hpp"

namespace sluice::mcp {

/// The job that removes an MCP server when its time is over. The job's id is the server's.
inline constexpr jobs::Kind kExpiryJob{"mcp_server_expiry"};

/// Removes the server if its time is over. One whose time was moved meanwhile stays: the change of the time has
/// scheduled the job anew. Errors: unavailable.
Task<Result<jobs::Next>> remove_if_expired(ServerRepository& servers, jobs::Job job);

} // namespace sluice::mcp
