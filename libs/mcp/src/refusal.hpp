#pragma once

#include "http_api/message.hpp"
#include "mcp_protocol/rpc_message.hpp"

#include <string_view>

namespace sluice::mcp {

/// The answer to a request that is refused before any method runs: a JSON-RPC error with the request's id where its
/// body is there, else null. Clients lose the text of any other body.
[[nodiscard]] http::Response rpc_refusal(http::Request const& request, int status, RpcCode code,
                                         std::string_view message);

} // namespace sluice::mcp
