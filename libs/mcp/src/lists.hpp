#pragma once

#include "base/json.hpp"
#include "mcp/answer.hpp"
#include "mcp/servers.hpp"
#include "mcp_protocol/rpc_message.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace sluice::mcp {

/// The hints of cacheable results (MCP 2026-07-28, "Caching"); nothing for legacy clients.
[[nodiscard]] std::string cache_hints(RpcRequest const& request, std::chrono::milliseconds lifetime);

/// The answer with the list, or an error if the request has a cursor.
[[nodiscard]] Answer answer_list(RpcRequest const& request, ServerSnapshot const& snapshot, std::string_view name,
                                 std::string_view array, std::chrono::milliseconds lifetime);

/// Adds a member, unless its text is empty.
void add_text(json::object& view, std::string_view name, std::string const& text);

} // namespace sluice::mcp
