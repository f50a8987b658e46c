#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<McpServerHandlers> kRoutes[]{
    route<&McpServerHandlers::list>(Method::get, "/integrated-account/{id}/mcp", Permission::mcp_servers_read, kNoBody, kFilters),
    route<&McpServerHandlers::create>(Method::post, "/integrated-account/{id}/mcp", Permission::mcp_servers_write, kSmallBody),
    route<&McpServerHandlers::get>(Method::get, "/integrated-account/{id}/mcp/{server_id}", Permission::mcp_servers_read, kNoBody),
    route<&McpServerHandlers::patch>(Method::patch, "/integrated-account/{id}/mcp/{server_id}", Permission::mcp_servers_write, kSmallBody),
    route<&McpServerHandlers::remove>(Method::delete_, "/integrated-account/{id}/mcp/{server_id}", Permission::mcp_servers_write, kNoBody),
    route<&McpServerHandlers::rotate_token>(Method::post, "/integrated-account/{id}/mcp/{server_id}/rotate-token", Permission::mcp_servers_write, kSmallBody),
    route<&McpServerHandlers::refresh_schema>(Method::post, "/integrated-account/{id}/refresh-schema", Permission::mcp_servers_write, kSmallBody),
    route<&McpServerHandlers::explain>(Method::get, "/integrated-account/{id}/mcp/{server_id}/explain", Permission::mcp_servers_read, kNoBody, {{"tool"}}),
    route<&McpServerHandlers::list>(Method::get, "/mcp-server", Permission::mcp_servers_read, kNoBody, kFilters),
    route<&McpServerHandlers::create>(Method::post, "/mcp-server", Permission::mcp_servers_write, kSmallBody),
    route<&McpServerHandlers::get>(Method::get, "/mcp-server/{server_id}", Permission::mcp_servers_read, kNoBody),
    route<&McpServerHandlers::patch>(Method::patch, "/mcp-server/{server_id}", Permission::mcp_servers_write, kSmallBody),
    route<&McpServerHandlers::remove>(Method::delete_, "/mcp-server/{server_id}", Permission::mcp_servers_write, kNoBody),
    route<&McpServerHandlers::rotate_token>(Method::post, "/mcp-server/{server_id}/rotate-token", Permission::mcp_servers_write, kSmallBody),
    route<&McpServerHandlers::explain>(Method::get, "/mcp-server/{server_id}/explain", Permission::mcp_servers_read, kNoBody, {{"tool"}}),
};
// clang-format on

} // namespace

Area mcp_server_area()
{
    return area_of<McpServerHandlers>(kRoutes);
}

} // namespace sluice::api
