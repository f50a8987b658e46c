#include "worker/app.hpp"

#include "accounts/connector.hpp"
#include "accounts/refresher.hpp"
#include "events/deliverer.hpp"
#include "http_api/error_body.hpp"
#include "job_loop.hpp"
#include "proxy/account_calls.hpp"
#include "proxy/account_observer.hpp"
#include "store/store.hpp"
#include "tenancy/keyring_watch.hpp"

#include <fmt/format.h>

#include <boost/asio/signal_set.hpp>

namespace sluice::worker {
namespace {

constexpr std::size_t kBatch = 500;
constexpr std::chrono::seconds kLimit{10};
constexpr std::chrono::seconds kRenewLimit{30};
constexpr std::chrono::hours kSweepInterval{1};
constexpr std::size_t kCompilers = 1;
constexpr std::size_t kCompileQueue = 1000;

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

/// Environment by environment, once an hour.
Task<void> forget_forever(tenancy::Retention& retention, Metrics& metrics, telemetry::Log& log)
{
    for (;;) {
        auto const environments = co_await retention.environments(Deadline::after(kLimit));
        if (environments)
            for (auto const& environment : *environments) {
                auto const gone = co_await retention.sweep(environment, Deadline::after(kLimit));
                if (!gone) {
                    metrics.failures.add();
                    log.write(telemetry::Level::warning, "history was not deleted", gone.error());
                }
            }
        co_await sleep_until(Deadline::after(kSweepInterval));
    }
}

/// The worker caches nothing that a change could make untrue.
class NoCaches final : public tenancy::Announcer {
public:
    Task<void> announce(tenancy::Change) override { co_return; }
};

/// The account of a job; nothing if it was deleted, and the job with it.
Task<Result<std::optional<accounts::AccountState>>> account_of(store::Store& store, tenancy::Job job)
{
    auto state =
        co_await store.accounts().load_state(job.environment, IntegratedAccountId{job.id}, Deadline::after(kLimit));
    if (state)
        co_return std::optional(*std::move(state));
    if (state.error().code() == ErrorCode::not_found)
        co_return std::nullopt;
    co_return state.error();
}

/// Renews an account's credential ahead of its end. When it is due again stands with the account.
class Refreshes {
public:
    Refreshes(store::Store& store, accounts::Integrations& integrations, accounts::Refresher& refresher,
              Clock const& clock)
        : store_(store)
        , integrations_(integrations)
        , refresher_(refresher)
        , clock_(clock)
    {
    }

    Task<Result<std::optional<Timestamp>>> run(tenancy::Job job)
    {
        auto loaded = co_await account_of(store_, job);
        if (!loaded)
            co_return loaded.error();
        auto& state = *loaded;
        if (!state)
            co_return std::nullopt;
        auto const due = state->account.refresh_due_at;
        if (!due || state->account.status != accounts::Status::active)
            co_return std::nullopt;
        if (*due > clock_.now())
            co_return due;
        auto account = co_await accounts::connect(integrations_, *std::move(state), Deadline::after(kLimit));
        if (!account)
            co_return account.error();
        // What comes of it, also a failure, is in the account, and with it when the next job is due.
        [[maybe_unused]] auto const renewed =
            co_await refresher_.renew(*std::move(account), Deadline::after(kRenewLimit));
        co_return std::nullopt;
    }

private:
    store::Store& store_;
    accounts::Integrations& integrations_;
    accounts::Refresher& refresher_;
    Clock const& clock_;
};

/// Tries each active account now and then, so that a dead credential is known before somebody needs it. What the vendor
/// says is written into the account by the observer of calls.
class HealthChecks {
public:
    HealthChecks(store::Store& store, accounts::Integrations& integrations, accounts::Connector& connector,
                 accounts::VendorCalls& vendor, Clock const& clock, std::chrono::milliseconds interval)
        : store_(store)
        , integrations_(integrations)
        , connector_(connector)
        , vendor_(vendor)
        , clock_(clock)
        , interval_(interval)
    {
    }

    Task<Result<std::optional<Timestamp>>> run(tenancy::Job job)
    {
        auto loaded = co_await account_of(store_, job);
        if (!loaded)
            co_return loaded.error();
        auto& state = *loaded;
        if (!state)
            co_return std::nullopt;
        if (state->account.status == accounts::Status::connecting) {
            [[maybe_unused]] auto const tried =
                co_await connector_.resume(std::move(state->account), Deadline::after(kRenewLimit));
            co_return std::nullopt; // Whatever came of it has set the next time.
        }
        if (state->account.status != accounts::Status::active)
            co_return std::nullopt;
        auto account = co_await accounts::connect(integrations_, *std::move(state), Deadline::after(kLimit));
        if (!account)
            co_return account.error();
        if ((*account)->is_enabled && !(*account)->account.is_blocked) [[maybe_unused]]
            auto const checked = co_await vendor_.check(*std::move(account), Deadline::after(kRenewLimit));
        co_return clock_.now() + interval_;
    }

private:
    store::Store& store_;
    accounts::Integrations& integrations_;
    accounts::Connector& connector_;
    accounts::VendorCalls& vendor_;
    Clock const& clock_;
    std::chrono::milliseconds const interval_;
};

/// Keeps what accounts decide about their own tools up to date, as long as an MCP server shows them.
class SchemaUpdates {
public:
    SchemaUpdates(store::Store& store, accounts::Integrations& integrations, mcp::AccountSchemas& schemas,
                  Clock const& clock, std::chrono::milliseconds interval)
        : store_(store)
        , integrations_(integrations)
        , schemas_(schemas)
        , clock_(clock)
        , interval_(interval)
    {
    }

    Task<Result<std::optional<Timestamp>>> run(tenancy::Job job)
    {
        auto loaded = co_await account_of(store_, job);
        if (!loaded)
            co_return loaded.error();
        auto& state = *loaded;
        if (!state)
            co_return std::nullopt;
        auto const is_shown = co_await store_.account_schemas().is_shown(job.environment, IntegratedAccountId{job.id},
                                                                         Deadline::after(kLimit));
        if (!is_shown)
            co_return is_shown.error();
        if (!*is_shown)
            co_return std::nullopt; // The next MCP server wakes it.
        bool const is_active = state->account.status == accounts::Status::active && !state->account.is_blocked;
        auto account = co_await accounts::connect(integrations_, *std::move(state), Deadline::after(kLimit));
        if (!account)
            co_return account.error();
        if ((*account)->installed->integration->dynamic.sources.empty())
            co_return std::nullopt;
        // What a vendor refuses now is asked again at the next turn; what is known of it stays.
        if (is_active && (*account)->is_enabled) [[maybe_unused]]
            auto const updated = co_await schemas_.update(*std::move(account), mcp::AccountSchemas::When::due,
                                                          Deadline::after(kRenewLimit));
        co_return clock_.now() + interval_;
    }

private:
    store::Store& store_;
    accounts::Integrations& integrations_;
    mcp::AccountSchemas& schemas_;
    Clock const& clock_;
    std::chrono::milliseconds const interval_;
};

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
    auto const egress = http::EgressPolicy::allowing(config.egress_allow);
    if (!egress)
        return Error{ErrorCode::invalid_argument, "egress.allow: " + egress.error().public_detail()};
    asio::io_context io(1);
    telemetry::Registry registry;
    Metrics metrics(registry);
    http::ServerMetrics server_metrics(registry);
    http::ClientMetrics client_metrics(registry);
    accounts::RefresherMetrics refresher_metrics(registry);
    LoopMetrics refresh_metrics(registry, name_of(tenancy::JobKind::account_refresh));
    LoopMetrics connection_metrics(registry, name_of(tenancy::JobKind::connection));
    LoopMetrics delivery_metrics(registry, name_of(tenancy::JobKind::delivery));
    events::DelivererMetrics deliverer_metrics(registry);
    LoopMetrics schema_metrics(registry, name_of(tenancy::JobKind::account_schema));
    LoopMetrics health_metrics(registry, name_of(tenancy::JobKind::account_health));
    pg::PoolMetrics pool_metrics(registry);
    pg::Pool pool(config.database, pool_metrics, log);
    WorkerPool compilers(kCompilers, kCompileQueue);
    store::Store store(pool, keyring, clock);
    accounts::Integrations integrations(store.integrations(), compilers);
    http::PooledClient client(io, config.client, *egress, client_metrics);
    NoCaches announcer;
    accounts::Refresher refresher(store.accounts(), integrations, client, announcer, clock, log, refresher_metrics);
    Refreshes refreshes(store, integrations, refresher, clock);
    accounts::Vault const vault(clock);
    crypto::CursorSealer const cursors(keyring, clock);
    proxy::AccountObserver observer(store.accounts(), announcer, clock, log);
    proxy::CallerMetrics caller_metrics(registry);
    proxy::Caller caller(client, vault, refresher, cursors, clock, observer, caller_metrics);
    proxy::AccountCalls vendor_calls(caller);
    accounts::Connector connector(store.connections(), store.accounts(), store.installations(), integrations, client,
                                  vendor_calls, announcer, keyring, clock, "");
    events::Deliverer deliverer(store.webhooks(), client, clock, deliverer_metrics);
    mcp::AccountSchemas schemas(store.account_schemas(), vendor_calls, announcer, clock);
    SchemaUpdates schema_updates(store, integrations, schemas, clock, config.schema_interval);
    HealthChecks health(store, integrations, connector, vendor_calls, clock, config.health_interval);
    Handler handler(store, registry);
    http::Server server(io, config.server, handler, server_metrics, log);
    if (auto const listening = server.listen(); !listening)
        return listening.error();
    TaskGroup loops(io, 16, log, "worker");
    loops.spawn(expire_forever(store.expiry(), config.expiry_interval, metrics, log));
    loops.spawn(forget_forever(store.retention(), metrics, log));
    JobLoop refresh_loop(
        io, store.jobs(), tenancy::JobKind::account_refresh,
        [&refreshes](tenancy::Job job) { return refreshes.run(job); }, refresh_metrics, log);
    loops.spawn(refresh_loop.run_forever());
    JobLoop connection_loop(
        io, store.jobs(), tenancy::JobKind::connection,
        [&connector](tenancy::Job job) {
            return connector.resume(job.environment, ConnectionId{job.id}, Deadline::after(kRenewLimit));
        },
        connection_metrics, log);
    loops.spawn(connection_loop.run_forever());
    JobLoop health_loop(
        io, store.jobs(), tenancy::JobKind::account_health, [&health](tenancy::Job job) { return health.run(job); },
        health_metrics, log);
    loops.spawn(health_loop.run_forever());
    JobLoop schema_loop(
        io, store.jobs(), tenancy::JobKind::account_schema,
        [&schema_updates](tenancy::Job job) { return schema_updates.run(job); }, schema_metrics, log);
    loops.spawn(schema_loop.run_forever());
    JobLoop delivery_loop(
        io, store.jobs(), tenancy::JobKind::delivery,
        [&deliverer](tenancy::Job job) -> Task<Result<std::optional<Timestamp>>> {
            auto const done =
                co_await deliverer.deliver(job.environment, DeliveryId{job.id}, Deadline::after(kRenewLimit));
            if (!done)
                co_return done.error();
            co_return std::nullopt; // If there is a next attempt, its job was set with the outcome of this one.
        },
        delivery_metrics, log);
    loops.spawn(delivery_loop.run_forever());
    tenancy::KeyringWatch watch(keyring, config.keyring_file, store.keys(), fmt::format("worker at {}", server.port()),
                                clock, log);
    loops.spawn(watch.run_forever());
    asio::signal_set signals(io, SIGINT, SIGTERM);
    // A round in flight is one transaction: it is committed or undone whole.
    signals.async_wait([&](boost::system::error_code const&, int) { io.stop(); });
    log.write(telemetry::Level::info, "worker is running", {{"port", static_cast<std::int64_t>(server.port())}});
    io.run();
    log.write(telemetry::Level::info, "worker has stopped");
    return {};
}

} // namespace sluice::worker
