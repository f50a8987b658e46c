#pragma once

#include "http_api/message.hpp"
#include "mcp/servers.hpp"
#include "mcp_protocol/rpc_message.hpp"
#include "proxy/pages.hpp"

#include <string>
#include <string_view>

namespace sluice::mcp {

/// Whether the client asks for progress and the call has some to tell: it gathers a list of several pages.
[[nodiscard]] bool makes_progress(RpcRequest const& request, ServerSnapshot const& snapshot);

/// One message of an event stream (MCP, "Streamable HTTP"). `message` is one line of JSON.
[[nodiscard]] std::string event_frame(std::string_view message);

/// Tells a client of each page (MCP, "Progress"). If a message cannot be written the client has gone, and the call
/// ends.
class ProgressFrames final : public proxy::PageListener {
public:
    /// `sink` must outlive it. `request` has the progress token.
    ProgressFrames(http::BodySink& sink, RpcRequest const& request);

    Task<bool> page(std::int64_t items, std::int64_t wanted) override;
    [[nodiscard]] bool is_gone() const noexcept { return is_gone_; }

private:
    http::BodySink& sink_;
    std::string const token_; ///< As JSON.
    int pages_ = 0;
    bool is_gone_ = false;
};

} // namespace sluice::mcp
