#pragma once

#include "http_api/message.hpp"
#include "mcp/servers.hpp"
#include "mcp_protocol/rpc_message.hpp"
#include "proxy/pages.hpp"

#include <string>
#include <string_view>

namespace sluice::mcp {

/// Whether a call asks for progress and there will be some: a list that takes several pages.
[[nodiscard]] bool makes_progress(RpcRequest const& request, ServerSnapshot const& snapshot);

/// One message of an event stream (MCP, "Streamable HTTP"). `message` is one line of JSON.
[[nodiscard]] std::string event_frame(std::string_view message);

/// Tells a client of each page (MCP, "Progress"). What cannot be written ends the call: nobody waits for it.
class ProgressFrames final : public proxy::PageListener {
public:
    /// `sink` must outlive it. `request` carries the token.
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
