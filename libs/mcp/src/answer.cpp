#include "mcp/answer.hpp"

namespace sluice::mcp {

EndpointMetrics::EndpointMetrics(telemetry::Registry& registry)
    : legacy_requests(registry.counter("sluice_mcp_requests_total", "MCP requests by era.", {{"era", "legacy"}}))
    , modern_requests(registry.counter("sluice_mcp_requests_total", "MCP requests by era.", {{"era", "modern"}}))
    , refused(registry.counter("sluice_mcp_refused_total", "MCP messages refused before a method ran."))
    , registry_(registry)
{
}

ToolCallMetrics EndpointMetrics::tool_calls(std::string const& integration) const
{
    ToolCallMetrics counters{};
    for (std::size_t i = 0; i < counters.size(); ++i) {
        auto const fault = static_cast<calllog::Fault>(i);
        auto const outcome = fault == calllog::Fault::none ? std::string("ok") : std::string(name_of(fault));
        counters[i] = &registry_.counter("sluice_mcp_tool_calls_total",
                                         "Calls of tools by integration, and by whose fault it was that they failed.",
                                         {{"integration", integration}, {"outcome", outcome}});
    }
    return counters;
}

} // namespace sluice::mcp
