#pragma once

#include "base/error.hpp"
#include "mcp/servers.hpp"
#include "mcp_protocol/encode.hpp"
#include "proxy/interpret.hpp"

#include <string>
#include <string_view>

namespace sluice::mcp {

[[nodiscard]] inline std::string encode_result(RpcRequest const& request, ServerSnapshot const& snapshot,
                                               std::string_view members)
{
    return encode_result(request, std::string_view(snapshot.server_info), members);
}

/// The members of a `tools/call` result for a vendor's answer: the vendor's bytes escaped as text, and once more
/// unchanged; the limits in `_meta`, with `forecast`, which is JSON or empty. If the method has `content`, its blocks
/// take the place of the text. A note to the model comes last.
[[nodiscard]] std::string encode_outcome(RpcRequest const& request, ServerSnapshot const& snapshot,
                                         catalog::Method const& method, proxy::Outcome const& outcome,
                                         std::string_view forecast = {}, std::string_view note = {});

/// The result of a call that Sluice answers itself, such as `search_tools`.
[[nodiscard]] std::string encode_own(RpcRequest const& request, ServerSnapshot const& snapshot,
                                     json::object const& answer);

/// Writes a failure as a tool error, so that a model can mend its call.
[[nodiscard]] std::string encode_tool_error(RpcRequest const& request, ServerSnapshot const& snapshot,
                                            Error const& error, ratelimit::Limits const& limits = {});

} // namespace sluice::mcp
