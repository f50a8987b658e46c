#pragma once

#include "mcp_protocol/rpc_message.hpp"
#include "ratelimit/normalise.hpp"

#include <string>
#include <string_view>

namespace sluice::mcp {

/// Writes `{"jsonrpc":"2.0","id":…,"result":{` and the members that every result of the request's era has.
void open_result(std::string& out, RpcRequest const& request);
/// Writes `_meta`, unless it would be empty, and the closing braces. `server_info` is JSON; modern clients get it with
/// each result. `forecast` is JSON and stands with the limits; empty: none.
void close_result(std::string& out, RpcRequest const& request, std::string_view server_info,
                  ratelimit::Limits const& limits, std::string_view forecast = {});

/// A whole result. `members` is JSON without its braces.
[[nodiscard]] std::string encode_result(RpcRequest const& request, std::string_view server_info,
                                        std::string_view members);

/// A whole error. `id` is JSON. `data` is left out if it is null.
[[nodiscard]] std::string encode_error(std::string_view id, RpcCode code, std::string_view message,
                                       json::value const& data = nullptr);

} // namespace sluice::mcp
