#pragma once

#include "calllog/call_trace.hpp"
#include "calllog/entry.hpp"
#include "ratelimit/normalise.hpp"
#include "telemetry/metrics.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace sluice::mcp {

using calllog::CallTrace;

/// The answer to one JSON-RPC request, written out.
struct Answer {
    int status = 200;
    std::string body;
    ratelimit::Limits limits;
    std::string session = {};                      ///< The `Mcp-Session-Id` that the client gets; mostly empty.
    std::shared_ptr<void> held = {};               ///< Lives until the answer is written; see `http::Response::held`.
    std::vector<ratelimit::Window> windows = {};   ///< For structured limit headers; mostly empty.
    std::string error = {};                        ///< Of a failure: its text for the log, masked.
    calllog::Fault fault = calllog::Fault::caller; ///< Of a failure: whose it is.
};

/// Of the tool calls of one integration: a counter for each `calllog::Fault`, in their order.
using ToolCallMetrics = std::array<telemetry::Counter*, 5>;

struct EndpointMetrics {
    /// `registry` must outlive it.
    explicit EndpointMetrics(telemetry::Registry& registry);
    /// The same for the same name. Thread-safe.
    [[nodiscard]] ToolCallMetrics tool_calls(std::string const& integration) const;

    telemetry::Counter& legacy_requests;
    telemetry::Counter& modern_requests;
    telemetry::Counter& refused;

private:
    telemetry::Registry& registry_;
};

} // namespace sluice::mcp
