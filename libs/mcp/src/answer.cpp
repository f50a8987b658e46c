#include "mcp/answer.hpp"

namespace sluice::mcp {

EndpointMetrics::EndpointMetrics(telemetry::Registry& registry)
    : legacy_requests(registry.counter("sluice_mcp_requests_total", "MCP requests by era.", {{"era", "legacy"}}))
    , modern_requests(registry.counter("sluice_mcp_requests_total", "MCP requests by era.", {{"era", "modern"}}))
    , refused(registry.counter("sluice_mcp_refused_total", "MCP messages refused before a method ran."))
    , tool_calls(registry.counter("sluice_mcp_tool_calls_total", "Calls of tools."))
    , tool_errors(registry.counter("sluice_mcp_tool_errors_total", "Calls of tools that ended as a tool error."))
{
}

} // namespace sluice::mcp
