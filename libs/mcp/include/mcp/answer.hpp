#pragma once

#include "calllog/call_trace.hpp"
#include "calllog/entry.hpp"
#include "ratelimit/normalise.hpp"
#include "telemetry/metrics.hpp"

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

struct EndpointMetrics {
    explicit EndpointMetrics(telemetry::Registry& registry);
    telemetry::Counter& legacy_requests;
    telemetry::Counter& modern_requests;
    telemetry::Counter& refused;
    telemetry::Counter& tool_calls;
    telemetry::Counter& tool_errors;
};

} // namespace sluice::mcp
