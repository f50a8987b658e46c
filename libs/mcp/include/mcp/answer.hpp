#pragma once

#include "accounts/vault.hpp"
#include "ratelimit/normalise.hpp"
#include "telemetry/metrics.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace sluice::mcp {

/// The answer to one JSON-RPC request, written out.
struct Answer {
    int status = 200;
    std::string body;
    ratelimit::Limits limits;
    std::string session = {};        ///< The `Mcp-Session-Id` to give; mostly empty.
    std::shared_ptr<void> held = {}; ///< As of a `Response`.
};

/// What a request turned out to be, for the access log and `server-timing`.
struct CallTrace {
    std::string environment;
    std::string account;
    std::string integration;
    std::string method;
    std::string tool;
    std::string client;
    std::chrono::microseconds vendor_time{};
    bool is_vendors_fault = false; ///< What went wrong did so at the vendor, or on the way to it.

    /// Takes note whose call it is.
    void of(accounts::CallableAccount const& connected);
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
