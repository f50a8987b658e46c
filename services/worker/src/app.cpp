#include "worker/app.hpp"

#include "accounts/connector.hpp"
#include "accounts/health_check.hpp"
#include "accounts/refresher.hpp"
#include "events/deliverer.hpp"
#include "http_api/error_body.hpp"
#include "pg/listener.hpp"
#include "proxy/account_calls.hpp"
#include "proxy/account_observer.hpp"
#include "store/store.hpp"
#include "telemetry/repeated.hpp"
#include "tenancy/keyring_watch.hpp"
#include "timed_bell.hpp"
#include "worker/job_loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

namespace sluice::worker {
namespace {

constexpr std::size_t kBatch = 500;
constexpr std::chrono::seconds kLimit{10};
constexpr std::chrono::seconds kRenewLimit{30};
constexpr std::chrono::milliseconds kSweepInterval{std::chrono::hours(1)};
/// For what was taken when the worker is told to stop: a call of a vendor and the storing of its outcome. Below the 30
/// s after which a container is killed.
constexpr std::chrono::seconds kDrainLimit{25};
constexpr std::chrono::seconds kGoodbyeLimit{1};
/// While the vendor refuses the OAuth app, an account looks so often whether it does no more.
constexpr std::chrono::seconds kAppPause{60};
/// After the first refusal of a credential: the verdict is possible then.
constexpr std::chrono::milliseconds kSecondLook{accounts::kCredentialApart + std::chrono::seconds(1)};
/// Of a job that deletes very much: then others have their turn, and it comes again.
constexpr std::chrono::seconds kTurn{5};
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

/// What ends when the worker is told to: the rounds that are no jobs.
struct Rounds {
    explicit Rounds(asio::io_context& io)
        : bell(io)
    {
    }
    void stop()
    {
        is_stopping = true;
        bell.close();
    }
    TimedBell bell;
    bool is_stopping = false;
};

/// Deletes what is due, a batch at a time, until nothing is.
Task<void> expire(mcp::ServerExpiry& expiry, std::chrono::milliseconds interval, Rounds& rounds, Metrics& metrics,
                  telemetry::Log& log)
{
    telemetry::Repeated not_done(log, telemetry::Level::warning, "expiry round failed");
    for (int failed = 0; !rounds.is_stopping;) {
        auto const deleted = co_await expiry.delete_expired(kBatch, Deadline::after(kLimit));
        failed = deleted ? 0 : failed + 1;
        if (!deleted) {
            metrics.failures.add();
            not_done.write(deleted.error());
        } else {
            metrics.expired.add(*deleted);
        }
        auto const pause = deleted ? interval : std::max(interval, pause_after_rounds(failed));
        if (!deleted || *deleted < kBatch)
            co_await rounds.bell.wait(pause, pause);
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
        auto const renewed = co_await refresher_.renew(*std::move(account), Deadline::after(kRenewLimit));
        if (renewed)
            co_return std::nullopt; // When it is due again was set with what the vendor gave.
        if (renewed.error().code() == ErrorCode::forbidden)
            co_return clock_.now() + kAppPause;
        auto const after =
            co_await store_.accounts().find(job.environment, IntegratedAccountId{job.id}, Deadline::after(kLimit));
        if (after && after->status != accounts::Status::active)
            co_return std::nullopt;
        if (!after || !after->refresh_due_at || *after->refresh_due_at <= clock_.now())
            co_return renewed.error();
        co_return after->refresh_due_at;
    }

private:
    store::Store& store_;
    accounts::Integrations& integrations_;
    accounts::Refresher& refresher_;
    Clock const& clock_;
};

/// Tries each active account now and then, and when a call of it was answered with 401, so that a dead credential is
/// known before somebody needs it.
class HealthChecks {
public:
    HealthChecks(store::Store& store, accounts::Integrations& integrations, accounts::Connector& connector,
                 accounts::HealthCheck& health_check, Clock const& clock, std::chrono::milliseconds interval)
        : store_(store)
        , integrations_(integrations)
        , connector_(connector)
        , health_check_(health_check)
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
        if (!(*account)->is_enabled || (*account)->account.is_blocked)
            co_return clock_.now() + interval_;
        auto const is_refused = co_await health_check_.run(*std::move(account), Deadline::after(kRenewLimit));
        if (!is_refused)
            co_return is_refused.error();
        co_return clock_.now() + (*is_refused ? std::min(interval_, kSecondLook) : interval_);
    }

private:
    store::Store& store_;
    accounts::Integrations& integrations_;
    accounts::Connector& connector_;
    accounts::HealthCheck& health_check_;
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

Task<Result<std::optional<Timestamp>>> deliver(events::Deliverer& deliverer, tenancy::Job job)
{
    co_return co_await deliverer.deliver(job.environment, DeliveryId{job.id}, Deadline::after(kRenewLimit));
}

/// Deletes what a removed installation leaves, for a while; then other jobs have their turn.
Task<Result<std::optional<Timestamp>>> uninstall(store::Store& store, Clock const& clock, tenancy::Job job)
{
    EnvironmentIntegrationId const installation{job.id};
    for (auto const until = Deadline::after(kTurn); !until.expired();) {
        auto const is_more =
            co_await store.installations().remove_rest(job.environment, installation, Deadline::after(kLimit));
        if (!is_more)
            co_return is_more.error();
        if (!*is_more)
            co_return std::nullopt;
    }
    co_return clock.now();
}

/// Deletes history, first by days, then environment by environment until nothing is left or the turn is over.
Task<Result<std::optional<Timestamp>>> forget(tenancy::Retention& retention, Clock const& clock)
{
    auto const until = Deadline::after(kTurn);
    for (bool is_more = true; is_more && !until.expired();) {
        auto const turned = co_await retention.turn_days(Deadline::after(kLimit));
        if (!turned)
            co_return turned.error();
        is_more = *turned > 0;
    }
    auto const environments = co_await retention.environments(Deadline::after(kLimit));
    if (!environments)
        co_return environments.error();
    for (auto const& environment : *environments) {
        for (bool is_more = true; is_more;) {
            if (until.expired())
                co_return clock.now();
            auto const gone = co_await retention.sweep(environment, Deadline::after(kLimit));
            if (!gone)
                co_return gone.error();
            is_more = *gone > 0;
        }
    }
    co_return clock.now() + kSweepInterval;
}

/// Health and metrics for whoever runs us.
class Handler final : public http::Handler {
public:
    Handler(store::Store& store, telemetry::Registry const& registry, bool const& is_stopping)
        : store_(store)
        , registry_(registry)
        , is_stopping_(is_stopping)
    {
    }

    [[nodiscard]] std::size_t body_limit(http::Method, std::string_view) const override { return 0; }

    Task<http::Response> handle(http::Request request) override
    {
        if (request.path() == "/healthz")
            co_return http::json_response(200, std::string(R"({"status":"ok"})"));
        if (request.path() == "/readyz") {
            if (is_stopping_)
                co_return refuse(503, "The worker is stopping.");
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
    bool const& is_stopping_;
};

/// The loops that take jobs, each with its bell.
class Loops {
public:
    /// All must outlive it.
    Loops(asio::io_context& io, store::Store& store, telemetry::Registry& registry, telemetry::Log& log)
        : io_(io)
        , store_(store)
        , registry_(registry)
        , log_(log)
    {
    }

    void add(tenancy::JobKind kind, JobLoop::Run run)
    {
        LoopConfig config;
        config.kind = kind;
        each_.push_back(std::make_unique<Each>(io_, store_.jobs(), config, std::move(run), registry_, log_));
    }
    /// Some of this kind are due soon.
    void ring(std::string_view kind)
    {
        for (auto& each : each_)
            if (name_of(each->kind) == kind)
                each->bell.ring();
    }
    void set_hearing(bool is_hearing)
    {
        for (auto& each : each_)
            each->loop.set_hearing(is_hearing);
    }
    void start(TaskGroup& group)
    {
        for (auto& each : each_)
            group.spawn(each->loop.run());
    }
    void stop()
    {
        for (auto& each : each_)
            each->loop.stop();
    }
    Task<bool> drain(Deadline deadline)
    {
        bool is_whole = true;
        for (auto& each : each_)
            is_whole = co_await each->loop.drain(deadline) && is_whole;
        co_return is_whole;
    }

private:
    struct Each {
        Each(asio::io_context& io, tenancy::JobQueue& queue, LoopConfig config, JobLoop::Run run,
             telemetry::Registry& registry, telemetry::Log& log)
            : kind(config.kind)
            , metrics(registry, name_of(config.kind))
            , bell(io)
            , loop(io, queue, config, std::move(run), bell, metrics, log)
        {
        }
        tenancy::JobKind kind;
        LoopMetrics metrics;
        TimedBell bell;
        JobLoop loop;
    };

    asio::io_context& io_;
    store::Store& store_;
    telemetry::Registry& registry_;
    telemetry::Log& log_;
    std::vector<std::unique_ptr<Each>> each_;
};

/// Waits until what was taken is finished, then ends the process's loop. What is cut anyway has left its lease and its
/// intent, by which the next worker goes on.
Task<void> finish(TaskGroup& rounds, Loops& loops, tenancy::KeyringWatch& watch, http::Server& server,
                  proxy::AccountObserver& observer, asio::io_context& io, telemetry::Log& log)
{
    auto const deadline = Deadline::after(kDrainLimit);
    bool const rounds_ended = co_await rounds.drain(deadline);
    bool const jobs_ended = co_await loops.drain(deadline);
    bool const all_written = co_await observer.drain(deadline); // What the jobs' calls showed.
    co_await server.drain(Deadline::after(kGoodbyeLimit));
    co_await watch.say_goodbye();
    bool const is_whole = rounds_ended && jobs_ended && all_written;
    log.write(is_whole ? telemetry::Level::info : telemetry::Level::warning, "worker has drained",
              {{"complete", is_whole}});
    io.stop();
}

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
    events::DelivererMetrics deliverer_metrics(registry);
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
    proxy::AccountObserver observer(io, store.accounts(), announcer, clock, log);
    proxy::CallerMetrics caller_metrics(registry);
    proxy::Caller caller(client, vault, refresher, cursors, clock, observer, caller_metrics);
    proxy::AccountCalls vendor_calls(caller);
    tenancy::Waiters waiters(io); // Nobody waits here.
    accounts::Connector connector(store.connections(), store.accounts(), store.installations(), integrations, client,
                                  vendor_calls, announcer, waiters, keyring, clock, "");
    events::Deliverer deliverer(store.webhooks(), client, clock, deliverer_metrics);
    mcp::AccountSchemas schemas(store.account_schemas(), vendor_calls, announcer, clock);
    SchemaUpdates schema_updates(store, integrations, schemas, clock, config.schema_interval);
    accounts::HealthCheck health_check(store.accounts(), vendor_calls, clock);
    HealthChecks health(store, integrations, connector, health_check, clock, config.health_interval);
    Loops loops(io, store, registry, log);
    loops.add(tenancy::JobKind::account_refresh, [&refreshes](tenancy::Job job) { return refreshes.run(job); });
    loops.add(tenancy::JobKind::connection, [&connector](tenancy::Job job) {
        return connector.resume(job.environment, ConnectionId{job.id}, Deadline::after(kRenewLimit));
    });
    loops.add(tenancy::JobKind::account_health, [&health](tenancy::Job job) { return health.run(job); });
    loops.add(tenancy::JobKind::account_schema,
              [&schema_updates](tenancy::Job job) { return schema_updates.run(job); });
    loops.add(tenancy::JobKind::uninstall, [&store, &clock](tenancy::Job job) { return uninstall(store, clock, job); });
    loops.add(tenancy::JobKind::retention, [&store, &clock](tenancy::Job) { return forget(store.retention(), clock); });
    loops.add(tenancy::JobKind::delivery, [&deliverer](tenancy::Job job) { return deliver(deliverer, job); });
    Rounds rounds(io);
    Handler handler(store, registry, rounds.is_stopping);
    http::Server server(io, config.server, handler, server_metrics, log);
    if (auto const listening = server.listen(); !listening)
        return listening.error();
    TaskGroup working(io, 16, log, "worker");
    working.spawn(expire(store.expiry(), config.expiry_interval, rounds, metrics, log));
    loops.start(working);
    TaskGroup background(io, 2, log, "worker background");
    tenancy::KeyringWatch watch(keyring, config.keyring_file, store.keys(), fmt::format("worker at {}", server.port()),
                                compilers, clock, log);
    background.spawn(watch.run_forever());
    auto const kind_notified = [&io, &loops](std::string_view kind) {
        asio::post(io, [&loops, kind = std::string(kind)] { loops.ring(kind); });
    };
    auto const hearing_changed = [&io, &loops](bool is_hearing) {
        asio::post(io, [&loops, is_hearing] { loops.set_hearing(is_hearing); });
    };
    pg::Listener const listener(config.database.url, tenancy::kJobChannel, {kind_notified, hearing_changed}, log);
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code const& error, int) {
        if (error)
            return;
        log.write(telemetry::Level::info, "worker is stopping");
        rounds.stop();
        loops.stop();
        background.spawn(finish(working, loops, watch, server, observer, io, log));
    });
    log.write(telemetry::Level::info, "worker is running", {{"port", static_cast<std::int64_t>(server.port())}});
    io.run();
    log.write(telemetry::Level::info, "worker has stopped");
    return {};
}

} // namespace sluice::worker
