#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<McpServerHandlers> kRoutes[]{
    route<&McpServerHandlers::list>(Method::get, "/integrated-account/{id}/mcp", Access::api_token, kNoBody, kFilters),
    route<&McpServerHandlers::create>(Method::post, "/integrated-account/{id}/mcp", Access::api_token, kSmallBody),
    route<&McpServerHandlers::get>(Method::get, "/integrated-account/{id}/mcp/{server_id}", Access::api_token, kNoBody),
    route<&McpServerHandlers::patch>(Method::patch, "/integrated-account/{id}/mcp/{server_id}", Access::api_token, kSmallBody),
    route<&McpServerHandlers::remove>(Method::delete_, "/integrated-account/{id}/mcp/{server_id}", Access::api_token, kNoBody),
    route<&McpServerHandlers::rotate_token>(Method::post, "/integrated-account/{id}/mcp/{server_id}/rotate-token", Access::api_token, kSmallBody),
    route<&McpServerHandlers::refresh_schema>(Method::post, "/integrated-account/{id}/refresh-schema", Access::api_token, kSmallBody),
    route<&McpServerHandlers::explain>(Method::get, "/integrated-account/{id}/mcp/{server_id}/explain", Access::api_token, kNoBody, {{"tool"}}),
    route<&McpServerHandlers::list>(Method::get, "/mcp-server", Access::api_token, kNoBody, kFilters),
    route<&McpServerHandlers::create>(Method::post, "/mcp-server", Access::api_token, kSmallBody),
    route<&McpServerHandlers::get>(Method::get, "/mcp-server/{server_id}", Access::api_token, kNoBody),
    route<&McpServerHandlers::patch>(Method::patch, "/mcp-server/{server_id}", Access::api_token, kSmallBody),
    route<&McpServerHandlers::remove>(Method::delete_, "/mcp-server/{server_id}", Access::api_token, kNoBody),
    route<&McpServerHandlers::rotate_token>(Method::post, "/mcp-server/{server_id}/rotate-token", Access::api_token, kSmallBody),
    route<&McpServerHandlers::explain>(Method::get, "/mcp-server/{server_id}/explain", Access::api_token, kNoBody, {{"tool"}}),
};
// clang-format on

} // namespace

Area mcp_server_area()
{
    return area_of<McpServerHandlers>(kRoutes);
}

} // namespace sluice::api
