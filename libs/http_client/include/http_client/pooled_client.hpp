#pragma once

#include "http_api/client.hpp"
#include "http_api/egress.hpp"
#include "http_client/resolver.hpp"
#include "telemetry/metrics.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

namespace sluice::http {

struct ClientConfig {
    std::size_t response_limit_bytes = 16 * 1024 * 1024;
    std::size_t answer_bytes =
        128 * 1024 * 1024; ///< The most bytes of all large answers together; an environment has at most half.
    /// The most calls at once: to all hosts, and to one host. An environment has at most half of each, an account a
    /// quarter. A call above that waits for a moment, so that a slow vendor or one tenant cannot use up the process.
    std::size_t connections = 4'096;
    std::size_t connections_per_host = 512;
    std::size_t queue = 256;                    ///< The most calls that wait.
    std::chrono::milliseconds queue_limit{500}; ///< How long a call waits; 0: it fails at once.
    std::size_t idle_connections = 1'024;
    std::size_t idle_per_host = 128;
    std::chrono::milliseconds idle_limit{50'000}; ///< Less than the 60 s after which many servers close.
    std::chrono::milliseconds connect_limit{10'000};
    std::chrono::milliseconds first_byte_limit{45'000}; ///< From the end of a request to the begin of its answer.
    std::chrono::milliseconds stall_limit{30'000};      ///< The longest time in which no byte of a body moves.
    std::string name_servers{}; ///< `ADDRESS[:PORT]`, separated by commas; empty: those of the system.
};

struct ClientMetrics {
    explicit ClientMetrics(telemetry::Registry& registry);
    telemetry::Counter& connects;
    telemetry::Counter& reuses;
    telemetry::Counter& resumptions;
    telemetry::Counter& refused_addresses;
    telemetry::Counter& abandoned;
    telemetry::Counter& refused_shares;
    telemetry::Counter& failures;
};

class Pool;

/// Keeps connections to each origin, for each account its own, on one io_context. TLS 1.2 or newer with verified names.
/// Every resolved address is checked by the egress policy. TLS sessions are resumed. A stale connection is noticed
/// before it is used; if a safe request still meets one, it is sent once more. A request with a streamed body gets a
/// new connection, since it cannot be sent twice. Bodies in gzip, deflate or br are decoded, unless they are streamed.
/// Calls and the bytes of large answers are shared out between environments and accounts. Belongs to one I/O thread.
class PooledClient final : public Client {
public:
    /// All references must outlive the client. Without a `resolver` the name servers are asked with c-ares. Throws
    /// std::runtime_error if c-ares cannot start.
    PooledClient(asio::io_context& io, ClientConfig config, EgressPolicy const& egress, ClientMetrics& metrics,
                 std::unique_ptr<Resolver> resolver = nullptr);
    ~PooledClient() override;

    Task<Result<IncomingResponse>> send(OutgoingRequest request, Deadline deadline) override;

private:
    std::shared_ptr<Pool> const pool_; ///< Shared with the calls.
};

} // namespace sluice::http
