#pragma once

#include "http/egress.hpp"
#include "http_api/client.hpp"
#include "telemetry/metrics.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

#include <boost/asio/io_context.hpp>

namespace sluice::http {

struct ClientConfig {
    std::size_t response_limit_bytes = 16 * 1024 * 1024;
    std::size_t connections_per_host = 256; ///< Beyond it a call fails at once: a slow vendor may not eat the process.
    std::size_t idle_per_host = 64;
    std::chrono::milliseconds idle_limit{50'000}; ///< Below the 60 s after which many servers close.
    std::chrono::milliseconds connect_limit{10'000};
};

struct ClientMetrics {
    explicit ClientMetrics(telemetry::Registry& registry);
    telemetry::Counter& connects;
    telemetry::Counter& reuses;
    telemetry::Counter& refused_addresses;
    telemetry::Counter& abandoned;
    telemetry::Counter& failures;
};

/// Keep-alive connections per origin on one io_context, TLS 1.2 or newer with verified names, every address checked by
/// the egress policy after resolution. A stale connection is noticed before it is used; a safe request that still
/// meets one is sent once more.
class PooledClient final : public Client {
public:
    /// All references must outlive the client.
    PooledClient(asio::io_context& io, ClientConfig config, EgressPolicy const& egress, ClientMetrics& metrics);
    ~PooledClient() override;

    Task<Result<IncomingResponse>> send(OutgoingRequest request, Deadline deadline) override;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace sluice::http
