#include "routes.hpp"

#include "handlers.hpp"
#include "mcp/endpoint.hpp"

#include <array>

namespace sluice::api {

using http::Method;

namespace {

constexpr std::size_t kMcpBody = mcp::Endpoint::kBodyLimit;

/// Adds the check of the MCP token, before a body is read, to each route.
template <std::size_t kCount>
constexpr std::array<RouteOf<McpHandlers>, kCount> that_know_strangers(std::array<RouteOf<McpHandlers>, kCount> routes)
{
    for (auto& each : routes)
        each.refuse_stranger = [](void* handlers, Call& call) {
            return static_cast<McpHandlers*>(handlers)->refuse_stranger(call);
        };
    return routes;
}

// clang-format off
constexpr auto kRoutes = that_know_strangers(std::array{
    route<&McpHandlers::handle_bearer>(Method::post, "/mcp", Access::mcp_token, kMcpBody),
    route<&McpHandlers::handle>(Method::post, "/mcp/{token}", Access::mcp_token, kMcpBody),
    route<&McpHandlers::handle>(Method::get, "/mcp/{token}", Access::mcp_token, kNoBody, kAnyQuery),
    route<&McpHandlers::handle>(Method::put, "/mcp/{token}", Access::mcp_token, kMcpBody),
    route<&McpHandlers::handle>(Method::patch, "/mcp/{token}", Access::mcp_token, kMcpBody),
    route<&McpHandlers::handle>(Method::delete_, "/mcp/{token}", Access::mcp_token, kNoBody),
    route<&McpHandlers::handle>(Method::head, "/mcp/{token}", Access::mcp_token, kNoBody),
    route<&McpHandlers::handle>(Method::options, "/mcp/{token}", Access::mcp_token, kNoBody),
    route<&McpHandlers::stream>(Method::get, "/mcp/{token}/sse", Access::mcp_token, kNoBody, kAnyQuery),
    route<&McpHandlers::stream>(Method::post, "/mcp/{token}/sse", Access::mcp_token, kMcpBody),
    route<&McpHandlers::stream>(Method::options, "/mcp/{token}/sse", Access::mcp_token, kNoBody),
    route<&McpHandlers::messages>(Method::post, "/mcp/{token}/messages", Access::mcp_token, kMcpBody),
    route<&McpHandlers::messages>(Method::options, "/mcp/{token}/messages", Access::mcp_token, kNoBody),
});
// clang-format on

} // namespace

Area mcp_area()
{
    return area_of<McpHandlers>(kRoutes);
}

} // namespace sluice::api
