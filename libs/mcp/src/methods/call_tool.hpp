#pragma once

#include "mcp/client_inputs.hpp"
#include "rpc_method.hpp"
#include "toolcalls/tool_calls.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::mcp {

/// `tools/call`: reads the request, asks the client for what the tool wants of its user, and writes what came of the
/// call.
class CallTool final : public RpcMethod {
public:
    /// All must outlive it.
    CallTool(proxy::Caller& caller, safeguards::SafeWrites& safe_writes, crypto::CursorSealer const& sealer,
             EndpointMetrics& metrics);

    Task<Answer> answer(RpcCall call) override;

private:
    /// What a request names.
    struct Wanted {
        toolcalls::FoundTool found;
        json::object arguments;
    };
    /// The tool and the arguments that a request names, or the answer if it names none.
    std::optional<Answer> read(RpcRequest& request, ServerSnapshot const& snapshot, Wanted& wanted) const;
    /// Asks the client for what the tool wants of its user, or fills it in. The answer, if there is one already.
    std::optional<Answer> ask(toolcalls::ToolCall& call, Said& said, RpcRequest const& request,
                              ServerSnapshot const& snapshot) const;
    /// The answer that has the client show its user a page; nothing if it cannot, or was asked already.
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
