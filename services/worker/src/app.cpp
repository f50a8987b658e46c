#include "worker/app.hpp"

#include "accounts/refresh_job.hpp"
#include "accounts/uninstall_job.hpp"
#include "calllog/process_log.hpp"
#include "calllog/sum_job.hpp"
#include "connecting/health_job.hpp"
#include "events/deliverer.hpp"
#include "http_api/error_body.hpp"
#include "jobs/loops.hpp"
#include "mcp/expiry_job.hpp"
#include "pg/listener.hpp"
#include "proxy/account_calls.hpp"
#include "proxy/account_observer.hpp"
#include "runtime/run_to_end.hpp"
#include "state_metrics.hpp"
#include "store/store.hpp"
#include "telemetry/process_metrics.hpp"
#include "tenancy/keyring_watch.hpp"
#include "tenancy/retention.hpp"
#include "toolcalls/schema_job.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

namespace sluice::worker {
namespace {

/// The time of one job: a call of a vendor or a receiver, and storing its outcome.
constexpr std::chrono::seconds kJobLimit{30};
constexpr std::chrono::seconds kCheckLimit{5};
/// The time for jobs in progress after the signal to stop. Less than the 30 s after which a container is killed.
constexpr std::chrono::seconds kDrainLimit{25};
constexpr std::chrono::seconds kGoodbyeLimit{1};
constexpr std::size_t kCompilers = 1;
constexpr std::size_t kCompileQueue = 1000;

/// Health, readiness and metrics for operators.
class Handler final : public http::Handler {
public:
    Handler(store::Store& store, StateMetrics& state, telemetry::Registry const& registry, bool const& is_stopping)
        : store_(store)
        , state_(state)
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
                co_return error(503, "The worker is stopping.");
            auto const alive = co_await store_.ping(Deadline::after(std::chrono::seconds(1)));
            if (alive)
                co_return http::json_response(200, std::string(R"({"status":"ready"})"));
            co_return http::json_response(503, json::value(http::error_body(alive.error())));
        }
        if (request.path() != "/metrics")
            co_return error(404, "Not found.");
        co_await state_.refresh(std::chrono::steady_clock::now());
        http::Response response;
        response.headers.add("content-type", "text/plain; version=0.0.4; charset=utf-8");
        response.body = registry_.text();
        co_return response;
    }

    http::Response refuse(int status, std::string_view message, std::string_view) override
    {
        return error(status, message);
    }

private:
    static http::Response error(int status, std::string_view message)
    {
        return http::json_response(status, json::value(http::error_body(status, message)));
    }

    store::Store& store_;
    StateMetrics& state_;
    telemetry::Registry const& registry_;
    bool const& is_stopping_;
};

/// Waits for the jobs in progress, then stops the io_context. A job that is cut leaves its lease and its intent, and
/// the next worker goes on from there.
Task<void> finish(TaskGroup& working, jobs::Loops& loops, tenancy::KeyringWatch& watch, http::Server& server,
                  proxy::AccountObserver& observer, calllog::BodyWriter& log_bodies, calllog::ProcessLog& call_log,
                  asio::io_context& io, telemetry::Log& log)
{
    auto const deadline = Deadline::after(kDrainLimit);
    bool const loops_ended = co_await working.drain(deadline);
    bool const jobs_ended = co_await loops.drain(deadline);
    bool const all_written = co_await observer.drain(deadline); // What the jobs' vendor calls told about accounts.
    co_await server.drain(Deadline::after(kGoodbyeLimit));
    bool const bodies_stored = co_await log_bodies.drain(deadline);
    bool const logged = co_await call_log.close(Deadline::after(kGoodbyeLimit));
    co_await watch.say_goodbye();
    bool const is_whole = loops_ended && jobs_ended && all_written && bodies_stored && logged;
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
    telemetry::add_process_metrics(registry, log);
    http::ServerMetrics server_metrics(registry);
    http::ClientMetrics client_metrics(registry);
    accounts::RefresherMetrics refresher_metrics(registry);
    events::DelivererMetrics deliverer_metrics(registry);
    pg::PoolMetrics pool_metrics(registry);
    pg::Pool pool(config.database, pool_metrics, log);
    WorkerPool compilers(kCompilers, kCompileQueue);
    snapshots::NoCaches no_caches; // The worker has no caches.
    store::Store store(pool, keyring, clock, no_caches);
    // With other keys it could open no credential.
    if (auto const checked = run_to_end(io, store.tenancy().check_keyring(Deadline::after(kCheckLimit))); !checked)
        return checked.error();
    accounts::Integrations integrations(store.integrations(), compilers);
    http::PooledClient client(io, config.client, *egress, client_metrics);
    accounts::Refresher refresher(store.accounts(), integrations, client, clock, log, refresher_metrics);
    accounts::Vault const vault(clock);
    crypto::CursorSealer const cursors(keyring, clock);
    proxy::AccountObserver observer(io, store.accounts(), clock, log);
    proxy::CallerMetrics caller_metrics(registry);
    proxy::UnreadLimits unread_limits(registry, log);
    http::PooledClient collector(io, config.client, http::EgressPolicy::anywhere(), client_metrics);
    auto const log_rows = store::call_log_on(pool, keyring, clock, no_caches);
    calllog::ProcessLog call_log(io, config.call_log, *log_rows, collector, registry, log);
    if (auto const opened = call_log.open(); !opened)
        return opened.error();
    auto const inlets = call_log.add_thread();
    calllog::Recorder recorder(inlets.rows, inlets.spans, clock, log);
    calllog::BodyWriter log_bodies(io, *log_rows, call_log.metrics().lost_bodies, log);
    proxy::CallRecorder call_recorder(recorder, log_bodies);
    proxy::Caller caller(client, vault, refresher, cursors, clock, observer, call_recorder, caller_metrics,
                         unread_limits);
    proxy::AccountCalls vendor_calls(caller);
    tenancy::Waiters waiters(io); // Nobody waits here.
    connecting::Trial trial(store.connections(), store.accounts(), store.installations(), integrations, client,
                            vendor_calls, clock);
    connecting::Connector connector(store.connections(), store.accounts(), store.installations(), integrations, client,
                                    trial, waiters, keyring, clock, "");
    events::Deliverer deliverer(store.webhooks(), client, clock, deliverer_metrics);
    toolcalls::AccountSchemas schemas(store.account_schemas(), vendor_calls, clock);
    connecting::HealthCheck health_check(store.accounts(), vendor_calls, clock);
    accounts::RefreshJob refresh_job(store.accounts(), integrations, refresher, clock);
    connecting::HealthJob health_job(store.accounts(), integrations, connector, health_check, clock,
                                     config.health_interval);
    toolcalls::SchemaJob schema_job(store.accounts(), store.account_schemas(), integrations, schemas, clock,
                                    config.schema_interval);
    jobs::Loops loops(io, store.jobs(), registry, log);
    using jobs::Job;
    loops.add(accounts::kRefreshJob, [&](Job job) { return refresh_job.run(job); });
    loops.add(accounts::kUninstallJob, [&](Job job) { return accounts::uninstall(store.installations(), clock, job); });
    loops.add(connecting::kHealthJob, [&](Job job) { return health_job.run(job); });
    loops.add(connecting::kConnectionJob, [&](Job job) {
        return connector.resume(job.environment, ConnectionId{job.id}, Deadline::after(kJobLimit));
    });
    loops.add(toolcalls::kSchemaJob, [&](Job job) { return schema_job.run(job); });
    loops.add(mcp::kExpiryJob, [&](Job job) { return mcp::remove_if_expired(store.servers(), job); });
    loops.add(events::kDeliveryJob, [&](Job job) {
        return deliverer.deliver(job.environment, DeliveryId{job.id}, Deadline::after(kJobLimit));
    });
    loops.add(calllog::kSumJob, [&](Job job) { return calllog::sum_up_hour(*log_rows, job); });
    loops.add(tenancy::kRetentionJob, [&](Job) { return tenancy::forget_history(store.upkeep().retention, clock); });
    call_log.start();
    bool is_stopping = false;
    StateMetrics state(store.accounts(), store.jobs(), loops.kinds(), registry);
    Handler handler(store, state, registry, is_stopping);
    http::Server server(io, config.server, handler, server_metrics, log);
    if (auto const listening = server.listen(); !listening)
        return listening.error();
    TaskGroup working(io, 16, log, "worker");
    loops.start(working);
    TaskGroup background(io, 2, log, "worker background");
    tenancy::KeyringWatch watch(keyring, config.keyring_file, store.upkeep().keys,
                                fmt::format("worker at {}", server.port()), compilers, clock, log);
    background.spawn(watch.run_forever());
    auto const kind_notified = [&io, &loops](std::string_view kind) {
        asio::post(io, [&loops, kind = std::string(kind)] { loops.ring(kind); });
    };
    auto const hearing_changed = [&io, &loops](bool is_hearing) {
        asio::post(io, [&loops, is_hearing] { loops.set_hearing(is_hearing); });
    };
    pg::Listener const listener(config.database.url, {{jobs::kChannel, kind_notified}}, hearing_changed, log);
    asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code const& error, int) {
        if (error)
            return;
        log.write(telemetry::Level::info, "worker is stopping");
        is_stopping = true;
        loops.stop();
        background.spawn(finish(working, loops, watch, server, observer, log_bodies, call_log, io, log));
    });
    log.write(telemetry::Level::info, "worker is running", {{"port", static_cast<std::int64_t>(server.port())}});
    io.run();
    log.write(telemetry::Level::info, "worker has stopped");
    return {};
}

} // namespace sluice::worker
