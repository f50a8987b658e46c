#pragma once

#include "mcp/offer_methods.hpp"
#include "mcp/tool_calls.hpp"

namespace sluice::mcp {

/// The JSON-RPC methods of both eras. One per I/O thread.
class Methods {
public:
    /// All must outlive it. `list_lifetime` is how long clients may keep a list.
    Methods(proxy::Caller& caller, safeguards::SafeWrites& safe_writes, crypto::CursorSealer const& sealer,
            std::chrono::milliseconds list_lifetime, EndpointMetrics& metrics);

    /// Carries the request out.
    Task<Answer> answer(RpcRequest request, SnapshotPtr snapshot, Deadline deadline, CallTrace& trace);
    /// The same for a call of a tool, whose `listener` hears of each page of a list.
    Task<Answer> call_tool(RpcRequest request, SnapshotPtr snapshot, Deadline deadline, proxy::PageListener* listener,
                           CallTrace& trace);

private:
    [[nodiscard]] Answer initialize(RpcRequest const& request, ServerSnapshot const& snapshot, CallTrace& trace) const;
    [[nodiscard]] Answer discover(RpcRequest const& request, ServerSnapshot const& snapshot) const;
    [[nodiscard]] Answer list_tools(RpcRequest const& request, ServerSnapshot const& snapshot) const;

    crypto::CursorSealer const& sealer_;
    std::chrono::milliseconds const list_lifetime_;
    EndpointMetrics& metrics_;
    ToolCalls tool_calls_;
    OfferMethods offers_;
};

} // namespace sluice::mcp
