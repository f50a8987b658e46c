#pragma once

#include "crypto/cursor.hpp"
#include "mcp/message.hpp"
#include "mcp/servers.hpp"

#include <optional>
#include <string>

namespace sluice::mcp {

// A dead account met by a client that can show its user a page (MCP 2026-07-28, "Elicitation", URL mode; the answer is
// an input request instead of a request of ours, SEP-2322).

/// The result that asks the client to open the page on which the account is connected again; nothing if the client
/// cannot, there is no such page, or it was asked for this call already.
[[nodiscard]] std::optional<std::string> ask_to_reconnect(RpcRequest const& request, ServerSnapshot const& snapshot,
                                                          accounts::ConnectedAccount const& account,
                                                          std::string_view tool, json::object const& arguments,
                                                          crypto::CursorSealer const& sealer);

/// Whether `requestState`, if there is one, is what we gave for this very call.
[[nodiscard]] bool is_own_state(RpcRequest const& request, ServerSnapshot const& snapshot,
                                accounts::ConnectedAccount const& account, std::string_view tool,
                                json::object const& arguments, crypto::CursorSealer const& sealer);

} // namespace sluice::mcp
