#pragma once

#include "limits/shard_limits.hpp"
#include "mcp/client_inputs.hpp"
#include "rpc_method.hpp"
#include "toolcalls/tool_calls.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sluice::mcp {

/// `tools/call`: reads the request, asks the client for input that the tool wants, makes the call and writes its
/// result.
class CallTool final : public RpcMethod {
public:
    /// All must outlive it.
    CallTool(proxy::Caller& caller, safeguards::SafeWrites& safe_writes, crypto::CursorSealer const& sealer,
             limits::ShardLimits& shard_limits, EndpointMetrics& metrics);

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
    /// Counts the call for its account, and for the API token that was its second factor. Errors: rate_limited.
    static Result<void> count(RpcCall& rpc, toolcalls::ToolCall const& call);
    [[nodiscard]] Answer refuse(RpcRequest const& request, ServerSnapshot const& snapshot, Error const& error,
                                ratelimit::Limits const& limits = {}, json::value const& arguments = nullptr) const;
    /// How many calls of the account are left at its vendor, as JSON; empty if that is not known.
    [[nodiscard]] std::string forecast_of(toolcalls::ToolCall const& call) const;
    /// Counts the call for its account and makes it.
    Task<Answer> count_and_make(RpcCall& rpc, toolcalls::ToolCall call);
    /// Makes a call that was counted.
    Task<Answer> make(RpcCall& rpc, toolcalls::ToolCall call);
    ToolCallMetrics const& metrics_of(toolcalls::ToolCall const& call);

    toolcalls::ToolCalls calls_;
    crypto::CursorSealer const& sealer_;
    limits::ShardLimits& shard_limits_;
    EndpointMetrics& metrics_;
    std::unordered_map<IntegrationId, ToolCallMetrics> known_metrics_;
};

} // namespace sluice::mcp
