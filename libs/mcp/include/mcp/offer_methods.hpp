#pragma once

#include "mcp/answer.hpp"
#include "mcp/servers.hpp"
#include "mcp_protocol/rpc_message.hpp"
#include "proxy/caller.hpp"

#include <optional>

namespace sluice::mcp {

/// `resources/…`, `prompts/…` and `completion/complete`. One per I/O thread.
class OfferMethods {
public:
    /// All must outlive it. `list_lifetime` is how long clients may keep a list.
    OfferMethods(proxy::Caller& caller, crypto::CursorSealer const& sealer, std::chrono::milliseconds list_lifetime);

    /// Resources and prompts; nothing if it is none of their methods, or the integration has none.
    Task<std::optional<Answer>> answer(RpcRequest const& request, SnapshotPtr snapshot, Deadline deadline,
                                       CallTrace& trace);

private:
    [[nodiscard]] Answer list_resources(RpcRequest const& request, ServerSnapshot const& snapshot,
                                        bool templates) const;
    [[nodiscard]] Answer list_prompts(RpcRequest const& request, ServerSnapshot const& snapshot) const;
    [[nodiscard]] Answer get_prompt(RpcRequest const& request, ServerSnapshot const& snapshot) const;
    /// Suggests values of a prompt's argument (MCP, "Completion").
    [[nodiscard]] Answer complete(RpcRequest const& request, ServerSnapshot const& snapshot) const;
    Task<Answer> read_resource(RpcRequest const& request, SnapshotPtr snapshot, Deadline deadline, CallTrace& trace);

    proxy::Caller& caller_;
    crypto::CursorSealer const& sealer_;
    std::chrono::milliseconds const list_lifetime_;
};

} // namespace sluice::mcp
