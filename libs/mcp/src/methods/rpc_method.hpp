#pragma once

#include "base/deadline.hpp"
#include "limits/tally.hpp"
#include "mcp/answer.hpp"
#include "mcp/servers.hpp"
#include "mcp_protocol/rpc_message.hpp"
#include "proxy/pages.hpp"

namespace sluice::mcp {

/// A JSON-RPC request on its way through its method.
struct RpcCall {
    RpcRequest request;
    SnapshotPtr snapshot;
    Deadline deadline;
    proxy::PageListener* listener; ///< Is told of each page of a list; may be null.
    CallTrace& trace;
    limits::Tally tally = limits::Tally(); ///< Of a tool call.
};

/// What one JSON-RPC method does. One per I/O thread.
class RpcMethod {
public:
    virtual ~RpcMethod() = default;
    /// Whether this server offers the method in the era of the request.
    [[nodiscard]] virtual bool is_offered(RpcRequest const& request, ServerSnapshot const& snapshot) const
    {
        static_cast<void>(request);
        static_cast<void>(snapshot);
        return true;
    }
    virtual Task<Answer> answer(RpcCall call) = 0;
};

/// The answer to bad parameters.
[[nodiscard]] Answer refuse_params(RpcRequest const& request, std::string_view message);

} // namespace sluice::mcp
