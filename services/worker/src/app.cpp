#include "worker/app.hpp"

#include "http_api/error_body.hpp"
#include "store/store.hpp"

#include <boost/asio/signal_set.hpp>

namespace sluice::worker {
namespace {

constexpr std::size_t kBatch = 500;
constexpr std::chrono::seconds kLimit{10};

struct Metrics {
    explicit Metrics(telemetry::Registry& registry)
        : expired(registry.counter("sluice_worker_expired_mcp_servers_total", "MCP servers deleted at their time."))
        , failures(registry.counter("sluice_worker_failures_total", "Rounds of a loop that failed."))
    {
    }
    telemetry::Counter& expired;
    telemetry::Counter& failures;
};

/// Deletes what is due, a batch at a time, until nothing is.
Task<void> expire_forever(mcp::ServerExpiry& expiry, std::chrono::milliseconds interval, Metrics& metrics,
                          telemetry::Log& log)
{
    while (true) {
        auto const deleted = co_await expiry.delete_expired(kBatch, Deadline::after(kLimit));
        if (!deleted) {
            metrics.failures.add();
            log.write(telemetry::Level::warning, "expiry round failed", deleted.error());
        } else {
            metrics.expired.add(*deleted);
        }
        if (!deleted || *deleted < kBatch)
            co_await sleep_until(Deadline::after(interval));
    }
}

/// Health and metrics for whoever runs us.
class Handler final : public http::Handler {
public:
    Handler(store::Store& store, telemetry::Registry const& registry)
        : store_(store)
        , registry_(registry)
    {
    }

    [[nodiscard]] std::size_t body_limit(http::Method, std::string_view) const override { return 0; }

    Task<http::Response> handle(http::Request request) override
    {
        if (request.path() == "/healthz")
            co_return http::json_response(200, std::string(R"({"status":"ok"})"));
        if (request.path() == "/readyz") {
            auto const alive = co_await store_.ping(Deadline::after(std::chrono::seconds(1)));
            if (alive)
                co_return http::json_response(200, std::string(R"({"status":"ready"})"));
            co_return http::json_response(503, json::value(http::error_body(alive.error())));
        }
        if (request.path() != "/metrics")
            co_return refuse(404, "Not found.");
        http::Response response;
        response.headers.add("content-type", "text/plain; version=0.0.4; charset=utf-8");
        response.body = registry_.text();
        co_return response;
    }

    http::Response refuse(int status, std::string_view message) override
    {
        return http::json_response(status, json::value(http::error_body(status, message)));
    }

private:
    store::Store& store_;
    telemetry::Registry const& registry_;
};

} // namespace

Result<void> run(Config config, crypto::Keyring keyring, Clock const& clock, telemetry::Log& log)
{
    asio::io_context io(1);
    telemetry::Registry registry;
    Metrics metrics(registry);
    http::ServerMetrics server_metrics(registry);
    pg::PoolMetrics pool_metrics(registry);
    pg::Pool pool(config.database, pool_metrics, log);
    store::Store store(pool, keyring, clock);
    Handler handler(store, registry);
    http::Server server(io, config.server, handler, server_metrics, log);
    if (auto const listening = server.listen(); !listening)
        return listening.error();
    TaskGroup loops(io, 16, log, "worker");
    loops.spawn(expire_forever(store.expiry(), config.expiry_interval, metrics, log));
    asio::signal_set signals(io, SIGINT, SIGTERM);
    // A round in flight is one transaction: it is committed or undone whole.
    signals.async_wait([&](boost::system::error_code const&, int) { io.stop(); });
    log.write(telemetry::Level::info, "worker is running", {{"port", static_cast<std::int64_t>(server.port())}});
    io.run();
    log.write(telemetry::Level::info, "worker has stopped");
    return {};
}

} // namespace sluice::worker
