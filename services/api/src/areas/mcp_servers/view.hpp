#pragma once

#include "base/json.hpp"
#include "mcp/mint.hpp"

#include <string_view>

namespace sluice::api {

[[nodiscard]] json::object server_view(mcp::McpServer const& server);

/// The view with the MCP URL, which has the secret and is shown only once. `mcp_url` is the beginning of MCP URLs.
[[nodiscard]] json::object minted_view(mcp::MintedServer const& minted, std::string_view mcp_url);
[[nodiscard]] json::object rotated_view(mcp::RotatedToken const& rotated, std::string_view mcp_url);
[[nodiscard]] json::object explained_view(std::string_view tool, mcp::ExplainedTool const& explained);
/// The account's own part of the tools after an update.
[[nodiscard]] json::object schema_view(IntegratedAccountId account, toolcalls::AccountSchemas::Update const& update);

} // namespace sluice::api
