#include "caller_identity.hpp"
#include "handlers.hpp"
#include "http_api/error_body.hpp"

namespace sluice::api {

OperationHandlers::OperationHandlers(Services const& services)
    : services_(services)
{
}

HandlerResult OperationHandlers::healthz(Call&)
{
    co_return http::json_response(200, std::string(R"({"status":"ok"})"));
}

HandlerResult OperationHandlers::readyz(Call& call)
{
    if (!services_.is_ready())
        co_return Error{ErrorCode::unavailable,
                        "Not ready: starting, draining, or without the database's notifications."};
    auto const alive = co_await services_.store.ping(call.deadline.at_most(std::chrono::seconds(1)));
    if (!alive)
        co_return alive.error();
    co_return http::json_response(200, std::string(R"({"status":"ready"})"));
}

HandlerResult OperationHandlers::metrics(Call&)
{
    http::Response response;
    response.headers.add("content-type", "text/plain; version=0.0.4; charset=utf-8");
    response.body = services_.registry.text();
    co_return response;
}

McpHandlers::McpHandlers(mcp::Endpoint& endpoint)
    : endpoint_(endpoint)
{
}

HandlerResult McpHandlers::handle(Call& call)
{
    co_return co_await endpoint_.handle(call.request, call.parameter("token"), mcp::Door::streamable, call.trace);
}

HandlerResult McpHandlers::stream(Call& call)
{
    co_return co_await endpoint_.handle(call.request, call.parameter("token"), mcp::Door::stream, call.trace);
}

HandlerResult McpHandlers::messages(Call& call)
{
    co_return co_await endpoint_.handle(call.request, call.parameter("token"), mcp::Door::messages, call.trace);
}

HandlerResult McpHandlers::handle_bearer(Call& call)
{
    auto response = co_await endpoint_.handle(call.request, bearer_of(call.request), mcp::Door::streamable, call.trace);
    if (response.status != 404 || !call.trace.environment.empty())
        co_return response;
    // Here the token is a credential like any other, so a missing one is what HTTP says it is (RFC 9110, 15.5.2).
    auto refused = http::json_response(
        401, json::value(http::error_body(401, "Send the MCP token as `Authorization: Bearer slx_mcp_…`. This one is "
                                               "missing, unknown, revoked or expired.")));
    refused.headers.add("www-authenticate", "Bearer");
    refused.headers.add("cache-control", "no-store");
    co_return refused;
}

} // namespace sluice::api
