#pragma once

#include "mcp/answer.hpp"
#include "mcp/client_inputs.hpp"
#include "mcp/servers.hpp"
#include "mcp_protocol/rpc_message.hpp"
#include "proxy/pages.hpp"
#include "safeguards/safe_writes.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::mcp {

/// `tools/call`: whose tool it is, what is asked of the client, and the call itself. One per I/O thread.
class ToolCalls {
public:
    /// All must outlive it.
    ToolCalls(proxy::Caller& caller, safeguards::SafeWrites& safe_writes, crypto::CursorSealer const& sealer,
              EndpointMetrics& metrics);

    /// `listener` hears of each page of a list; may be null.
    Task<Answer> call(RpcRequest request, SnapshotPtr snapshot, Deadline deadline, proxy::PageListener* listener,
                      CallTrace& trace);

private:
    /// On servers that show their tools on request: the answer of the tools that find tools; or, for a call of
    /// `call_tool`, nothing, with the name and arguments of the tool it means in place.
    [[nodiscard]] std::optional<Answer> discover_tools(RpcRequest& request, ServerSnapshot const& snapshot,
                                                       std::string& name, json::value& arguments) const;
    /// A call of a tool, as far as it is known.
    struct ToolCall {
        tools::Tool const* tool = nullptr; ///< As the server shows it, then as the account has it.
        accounts::CallableAccountPtr account;
        json::value arguments; ///< An object.
        std::string note;      ///< For the model, if the tool has another name now.
    };
    /// The tool and the arguments that a request names, or the answer if it names none.
    std::optional<Answer> find_tool(RpcRequest& request, ServerSnapshot const& snapshot, ToolCall& call) const;
    /// Names become ids; what is wrong with the arguments.
    [[nodiscard]] static std::vector<FieldFailure> check_arguments(ToolCall& call);
    /// The answer that has the client show its user a page; nothing if it cannot, or was asked already.
    std::optional<Answer> ask_page(std::string_view key, std::string_view url, std::string message,
                                   ToolCall const& call, Said said, RpcRequest const& request,
                                   ServerSnapshot const& snapshot) const;
    [[nodiscard]] Answer answer_pending(safeguards::SafeWrites::Made const& made, ToolCall const& call, Said said,
                                        RpcRequest const& request, ServerSnapshot const& snapshot) const;
    /// The call itself, or what it would do.
    Task<Answer> perform(ToolCall call, Said said, RpcRequest request, SnapshotPtr snapshot, Deadline deadline,
                         proxy::PageListener* listener, CallTrace& trace);

    proxy::Caller& caller_;
    safeguards::SafeWrites& safe_writes_;
    crypto::CursorSealer const& sealer_;
    EndpointMetrics& metrics_;
};

} // namespace sluice::mcp
