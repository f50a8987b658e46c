#pragma once

#include "base/id.hpp"
#include "telemetry/trace_context.hpp"

#include <string>
#include <string_view>

namespace sluice::http {
class Peer;
}

namespace sluice::calllog {

/// What asked for a vendor call.
enum class RequestType {
    proxy,   ///< `/proxy`.
    custom,  ///< `/custom`.
    batch,   ///< `/batch-request`.
    tool,    ///< A tool, over MCP or REST.
    connect, ///< Connecting an account, or its form.
    health,  ///< The check whether an account's credentials work.
    schema,  ///< Reading an account's own part of the tools.
};

[[nodiscard]] std::string_view name_of(RequestType type) noexcept;

/// Where a call comes from, as its log entries show it. It lives as long as the request.
struct Origin {
    RequestType type = RequestType::proxy;
    std::string request_id = {}; ///< `x-request-id`; empty for what no request asked for.
    McpServerId server = {};     ///< Empty unless it came through an MCP server.
    std::string server_name = {};
    ApiTokenId token = {};           ///< The API token that the request had; empty if it had none.
    std::string tool = {};           ///< The name of the tool that is called; mostly empty.
    std::string client_address = {}; ///< Without a port; empty if there is no client.
    std::string client_name = {};    ///< As an MCP client names itself.
    std::string client_version = {};
    telemetry::TraceContext span = {}; ///< Of the request; a vendor call is a span below it.
};

/// Who waits for a vendor call, and where the call comes from.
struct Requester {
    http::Peer const* waiter = nullptr; ///< Its read is cancelled if it goes away. May be null.
    Origin const* origin = nullptr;     ///< Null: the call is in no log.
};

} // namespace sluice::calllog
