#pragma once

#include "mcp/client_inputs.hpp"
#include "rpc_method.hpp"
#include "toolcalls/tool_calls.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::mcp {

/// `tools/call`: reads the request, asks the client for input that the tool wants, makes the call and writes its
/// result.
class CallTool final : public RpcMethod {
public:
    /// All must outlive it.
    CallTool(proxy::Caller& caller, safeguards::SafeWrites& safe_writes, crypto::CursorSealer const& sealer,
             EndpointMetrics& metrics);

    Task<Answer> answer(RpcCall call) override;

private:
    /// The tool and the arguments that a request names.
    struct Wanted {
        toolcalls::FoundTool found;
        json::object arguments;
    };
    /// Reads them into `wanted`. Gives the answer if the request is refused.
    std::optional<Answer> read(RpcRequest& request, ServerSnapshot const& snapshot, Wanted& wanted) const;
    /// Gives the answer that asks the client for input, or fills the input into the call and gives nothing.
    std::optional<Answer> ask(toolcalls::ToolCall& call, Said& said, RpcRequest const& request,
                              ServerSnapshot const& snapshot) const;
    /// The answer that makes the client show a page to its user; nothing if the client cannot, or was asked before.
    std::optional<Answer> ask_page(std::string_view key, std::string_view url, std::string message,
                                   toolcalls::ToolCall const& call, Said said, RpcRequest const& request,
                                   ServerSnapshot const& snapshot) const;
    [[nodiscard]] Answer answer_pending(toolcalls::Done const& done, toolcalls::ToolCall const& call, Said said,
                                        RpcRequest const& request, ServerSnapshot const& snapshot) const;
    [[nodiscard]] Answer answer_made(toolcalls::Done done, toolcalls::ToolCall const& call, Said said,
                                     RpcCall const& rpc) const;
    [[nodiscard]] Answer refuse(RpcRequest const& request, ServerSnapshot const& snapshot, Error const& error) const;

    toolcalls::ToolCalls calls_;
    crypto::CursorSealer const& sealer_;
    EndpointMetrics& metrics_;
};

} // namespace sluice::mcp
