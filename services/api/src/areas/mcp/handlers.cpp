#include "handlers.hpp"

#include "http_api/error_body.hpp"
#include "mcp/endpoint.hpp"

namespace sluice::api {
namespace {

/// The refusal if the token in the header is missing or wrong: 401, as RFC 9110 section 15.5.2 says.
http::Response no_bearer()
{
    auto refused = http::json_response(
        401, json::value(http::error_body(401, "Send the MCP token as `Authorization: Bearer slx_mcp_…`. This one is "
                                               "missing, unknown, revoked or expired. If your MCP URL goes on after "
                                               "`/mcp/`, your client has cut it.")));
    refused.headers.add("www-authenticate", "Bearer");
    refused.headers.add("cache-control", "no-store");
    return refused;
}

bool is_unknown(http::Response const& response, Call const& call)
{
    return response.status == 404 && call.trace.environment.empty();
}

} // namespace

McpHandlers::McpHandlers(ShardParts const& parts)
    : endpoint_(parts.endpoint)
{
}

HandlerResult McpHandlers::handle(Call& call)
{
    co_return co_await endpoint_.handle(call.request, call.parameter("token"), mcp::Door::streamable, call.place,
                                        call.trace);
}

HandlerResult McpHandlers::stream(Call& call)
{
    co_return co_await endpoint_.handle(call.request, call.parameter("token"), mcp::Door::stream, call.place,
                                        call.trace);
}

HandlerResult McpHandlers::messages(Call& call)
{
    co_return co_await endpoint_.handle(call.request, call.parameter("token"), mcp::Door::messages, call.place,
                                        call.trace);
}

HandlerResult McpHandlers::handle_bearer(Call& call)
{
    auto response =
        co_await endpoint_.handle(call.request, bearer_of(call.request), mcp::Door::streamable, call.place, call.trace);
    if (is_unknown(response, call))
        co_return no_bearer();
    co_return response;
}

Task<Result<std::optional<http::Response>>> McpHandlers::refuse_stranger(Call& call)
{
    bool const is_in_path = !call.parameter("token").empty();
    std::string const token(is_in_path ? call.parameter("token") : bearer_of(call.request));
    auto admitted = co_await endpoint_.admit(call.request, token, call.place, call.trace);
    if (auto const* environment = std::get_if<EnvironmentId>(&admitted)) {
        call.caller.environment = *environment;
        co_return std::optional<http::Response>{};
    }
    auto& refused = std::get<http::Response>(admitted);
    if (!is_in_path && is_unknown(refused, call))
        co_return std::optional(no_bearer());
    co_return std::optional(std::move(refused));
}

} // namespace sluice::api
