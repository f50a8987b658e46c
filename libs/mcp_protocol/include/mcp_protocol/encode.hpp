#pragma once

#include "mcp_protocol/rpc_message.hpp"
#include "ratelimit/normalise.hpp"

#include <string>
#include <string_view>

namespace sluice::mcp {

/// Begins `{"jsonrpc":"2.0","id":…,"result":{`, with what the era of the request adds.
void open_result(std::string& out, RpcRequest const& request);
/// `_meta`, where there is something to say, and the closing braces. `server_info` is JSON; modern clients get it with
/// each result.
void close_result(std::string& out, RpcRequest const& request, std::string_view server_info,
                  ratelimit::Limits const& limits);

/// Both around the members of a result, as JSON without braces.
[[nodiscard]] std::string encode_result(RpcRequest const& request, std::string_view server_info,
                                        std::string_view members);

/// `id` is JSON; `data` is left out if it is null.
[[nodiscard]] std::string encode_error(std::string_view id, RpcCode code, std::string_view message,
                                       json::value const& data = nullptr);

} // namespace sluice::mcp
