#include "mcp/settings.hpp"

namespace sluice::mcp {

void add_settings(SettingsTable& table, EndpointConfig& endpoint, MintConfig& mint)
{
    using namespace std::chrono_literals;
    table.list("mcp.allowed_origins", endpoint.allowed_origins,
               "origins from which browsers may call MCP servers, besides those of public_url and mcp.url");
    table.duration("mcp.minimum_lifetime", mint.minimum_lifetime, 1ms, 24h,
                   "shortest time from now to the expires_at of an MCP server");
    table.integer("mcp.tool_warning", mint.tool_warning, 1, 10'000,
                  "a new MCP server with more tools than this gets a warning");
    table.integer(
        "mcp.token_warning", mint.token_warning, 1'000, 1'000'000,
        "a new MCP server gets a warning if its list of tools takes more tokens of a model than this, as estimated");
    table.duration("mcp.call_limit", endpoint.call_limit, 1s, 10min, "time for one MCP request, vendor included");
    table.duration("mcp.list_lifetime", endpoint.list_lifetime, 0ms, 24h,
                   "how long clients may keep a list of tools (ttlMs)");
}

} // namespace sluice::mcp
