#pragma once

#include "calllog/pipe.hpp"
#include "http_api/client.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/repeated.hpp"

#include <string>

namespace sluice::calllog {

struct SpanMetrics {
    explicit SpanMetrics(telemetry::Registry& registry);
    telemetry::Counter& sent;
    telemetry::Counter& lost;
};

/// Sends calls as spans to a collector: OTLP/HTTP with JSON (OTLP specification 1.x, "OTLP/HTTP"). A batch that the
/// collector does not take is dropped and counted; nothing waits for it. One task of a process.
class SpanExporter {
public:
    /// All must outlive it. `collector` is the base URL; spans go to `/v1/traces` below it.
    SpanExporter(Pipe& spans, http::Client& client, std::string collector, SpanMetrics& metrics, telemetry::Log& log);

    /// Ends when the pipe is closed and empty.
    Task<void> run();

private:
    Task<Result<void>> send(std::string body);

    Pipe& spans_;
    http::Client& client_;
    std::string const url_;
    SpanMetrics& metrics_;
    telemetry::Repeated fails_;
};

} // namespace sluice::calllog
