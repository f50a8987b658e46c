#include "api/app.hpp"

#include "limits/count_exchange.hpp"
#include "management.hpp"
#include "pg/listener.hpp"
#include "runtime/elsewhere.hpp"
#include "runtime/run_to_end.hpp"
#include "shard.hpp"
#include "snapshots/live.hpp"
#include "telemetry/process_metrics.hpp"
#include "tenancy/keyring_watch.hpp"

#include <fmt/format.h>

#include <atomic>
#include <exception>
#include <fstream>
#include <sstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

namespace sluice::api {
namespace {

/// The time after the drain limit to cut the requests that are left.
constexpr std::chrono::seconds kCutting{2};
/// The time to store the rest of the call log.
constexpr std::chrono::seconds kLogLimit{3};

/// The operator's account to try; nothing if there is no file.
Result<std::optional<Secret>> read_demo(std::string const& path)
{
    using Offer = std::optional<Secret>;
    if (path.empty())
        return Offer{};
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file)
        return invalid("demo.file", "cannot be read");
    Secret offer(std::move(text).str());
    auto const checked = accounts::Demo::check(offer);
    return checked ? Result<Offer>(std::move(offer)) : checked.error();
}

Task<bool> apply_on(Shard& shard, std::vector<snapshots::Change> changes)
{
    for (auto const& change : changes)
        shard.apply(change);
    co_return true;
}

} // namespace

struct App::Impl final : snapshots::Announcer {
    Impl(Config the_config, crypto::Keyring the_keyring, Clock const& the_clock, telemetry::Log& the_log)
        : config(std::move(the_config))
        , keyring(std::move(the_keyring))
        , clock(the_clock)
        , log(the_log)
        , metrics(registry, log)
        , pg_metrics(registry)
        , cursors(keyring, clock)
        , secrets(keyring, config.tokens)
        , vault(clock)
        , bodies(config.body_bytes, config.body_bytes_share)
        , answers(config.body_bytes, config.body_bytes_share)
        , limits(config.own_limits, registry, the_clock)
        , hasher_metrics(registry)
        , mailer_metrics(registry)
    {
        for (std::size_t i = 0; i < config.threads; ++i)
            contexts.push_back(std::make_unique<asio::io_context>(1));
        pool = std::make_unique<pg::Pool>(config.database, pg_metrics, log);
        auto one = config.database;
        one.connections = 1;
        one.is_background = true;
        log_pool = std::make_unique<pg::Pool>(one, pg_metrics, log);
        workers = std::make_unique<WorkerPool>(1, 1000);
        hasher = std::make_unique<identity::PasswordHasher>(hasher_metrics);
        mailer = identity::make_mailer(config.smtp, mailer_metrics, log, clock);
        store = std::make_unique<store::Store>(*pool, keyring, clock, *this, config.quotas);
        log_rows = store::call_log_on(*log_pool, keyring, clock, *this);
        log_reader = store::call_log_on(*pool, keyring, clock, *this);
        collector =
            std::make_unique<http::PooledClient>(*contexts.front(), config.client, collector_egress, metrics.client);
        call_log = std::make_unique<calllog::ProcessLog>(*contexts.front(), config.call_log, *log_rows, *collector,
                                                         registry, log);
        integrations = std::make_unique<accounts::Integrations>(store->integrations(), *workers);
        exchange = std::make_unique<limits::Exchange>(*contexts.front(), limits.counters, store->counts(), log);
        exchange->attach();
        streams = std::make_unique<mcp::Streams>(store->streams(), cursors, config.streams);
        registry.gauge("sluice_mcp_streams", "Open event streams of MCP 2024-11-05.",
                       [this] { return static_cast<double>(streams->size()); });
        registry.gauge("sluice_http_body_bytes", "Memory that request bodies hold.",
                       [this] { return static_cast<double>(bodies.held()); });
        registry.gauge("sluice_http_unread_answer_bytes", "Memory of large answers that clients have not read yet.",
                       [this] { return static_cast<double>(answers.held()); });
        registry.gauge("sluice_pg_queued", "Transactions waiting for a connection.",
                       [this] { return static_cast<double>(pool->queued()); });
        telemetry::add_process_metrics(registry, log);
    }

    Result<void> start();
    /// Hears what other replicas change, and wakes what waits for it.
    std::unique_ptr<pg::Listener> listen();
    /// Waits for the signal to stop, then drains. A second signal ends the io_context at once.
    Task<void> live(asio::signal_set& signals);
    Task<void> drain();
    void stop();
    /// Stores the entries of the call log that are left.
    Task<bool> close_log();

    /// Runs a task on each shard's thread, all at the same time, until `limit`. True if all end with true.
    Task<bool> on_every_shard(std::function<Task<bool>(Shard&)> begin, Deadline limit);
    Task<void> announce(std::vector<snapshots::Change> changes) override
    {
        std::function<Task<bool>(Shard&)> const apply = [&changes](Shard& shard) { return apply_on(shard, changes); };
        co_await on_every_shard(apply, Deadline::after(std::chrono::seconds(5)));
    }

    Config config;
    crypto::Keyring keyring;
    Clock const& clock;
    telemetry::Log& log;
    telemetry::Registry registry;
    SharedMetrics metrics;
    pg::PoolMetrics pg_metrics;
    crypto::CursorSealer const cursors;
    tenancy::SecretGate secrets;
    accounts::Vault const vault;
    http::EgressPolicy egress;
    toolcalls::ToolSets tool_sets;
    StaticFiles files;
    std::optional<Secret> demo;
    http::ByteBudget bodies;
    http::ByteBudget answers;
    limits::ProcessLimits limits;
    identity::PasswordHasherMetrics hasher_metrics;
    identity::MailerMetrics mailer_metrics;
    std::atomic<bool> draining{false};
    // Pools post into the io_contexts until they are joined, so the io_contexts must be destroyed last.
    std::vector<std::unique_ptr<asio::io_context>> contexts;
    std::unique_ptr<pg::Pool> pool;
    std::unique_ptr<pg::Pool> log_pool;
    std::unique_ptr<WorkerPool> workers;
    std::unique_ptr<identity::PasswordHasher> hasher;
    std::unique_ptr<identity::Mailer> mailer; ///< Null if there is none.
    std::unique_ptr<store::Store> store;
    std::unique_ptr<calllog::LogRepository> log_rows;   ///< On the pool of its own.
    std::unique_ptr<calllog::LogRepository> log_reader; ///< On the pool of all others.
    http::EgressPolicy const collector_egress = http::EgressPolicy::anywhere();
    std::unique_ptr<http::PooledClient> collector;
    std::unique_ptr<calllog::ProcessLog> call_log;
    std::unique_ptr<accounts::Integrations> integrations;
    std::unique_ptr<limits::Exchange> exchange;
    std::unique_ptr<mcp::Streams> streams;
    mcp::Cancellations cancellations;
    std::unique_ptr<ProcessParts> parts;
    std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards;
    std::vector<std::unique_ptr<Shard>> shards;
    std::unique_ptr<Management> management_handler;
    std::unique_ptr<http::Server> management;
    std::unique_ptr<pg::Listener> listener;
    std::unique_ptr<tenancy::KeyringWatch> watch;
};

Result<void> App::Impl::start()
{
    auto allowed = http::EgressPolicy::allowing(config.egress_allow);
    if (!allowed)
        return Error{ErrorCode::invalid_argument, "egress.allow: " + allowed.error().public_detail()};
    egress = *std::move(allowed);
    auto loaded = StaticFiles::load(config.dashboard_directory);
    if (!loaded)
        return loaded.error();
    files = *std::move(loaded);
    auto offered = read_demo(config.demo_file);
    if (!offered)
        return offered.error();
    demo = *std::move(offered);
    if (auto const opened = call_log->open(); !opened)
        return opened.error();
    auto const checked =
        run_to_end(*contexts.front(), store->tenancy().check_keyring(Deadline::after(std::chrono::seconds(5))));
    if (!checked)
        return checked.error();
    parts = std::make_unique<ProcessParts>(ProcessParts{
        config, clock, keyring, cursors, egress, *store, *integrations, files, demo ? &*demo : nullptr, *streams,
        cancellations, bodies, answers, secrets, *log_reader, call_log->metrics(), limits, *hasher, mailer.get()});
    management_handler = std::make_unique<Management>(
        *store, registry, [this] { return !draining.load() && listener != nullptr && listener->listening(); });
    for (auto& context : contexts) {
        guards.push_back(asio::make_work_guard(*context));
        shards.push_back(
            std::make_unique<Shard>(*context, *parts, vault, tool_sets, call_log->add_thread(), metrics, log));
        shards.back()->set_listening(false);
        auto const* first = shards.size() > 1 ? shards.front().get() : nullptr;
        if (auto const listening = shards.back()->listen(first); !listening)
            return listening.error();
    }
    management =
        std::make_unique<http::Server>(*contexts.front(), config.management, *management_handler, metrics.server, log);
    if (auto const listening = management->listen(); !listening)
        return listening.error();
    listener = listen();
    watch = std::make_unique<tenancy::KeyringWatch>(keyring, config.keyring_file, store->upkeep().keys,
                                                    "api at " + config.public_url, *workers, clock, log);
    asio::co_spawn(*contexts.front(), watch->run_forever(), asio::detached);
    asio::co_spawn(*contexts.front(), streams->touch_forever(), asio::detached);
    call_log->start();
    for (auto& shard : shards)
        shard->start();
    log.write(telemetry::Level::info, "api is listening",
              {{"address", config.server.address},
               {"port", static_cast<std::int64_t>(config.server.port)},
               {"management_port", static_cast<std::int64_t>(management->port())},
               {"threads", static_cast<std::int64_t>(config.threads)}});
    return {};
}

std::unique_ptr<pg::Listener> App::Impl::listen()
{
    auto const changed = [this](std::string_view payload) {
        if (auto const change = snapshots::Change::parse(payload))
            for (auto& shard : shards)
                asio::post(shard->io(), [&shard, change] { shard->apply(*change); });
    };
    auto const row_changed = [this](std::string_view payload) {
        for (auto& shard : shards)
            asio::post(shard->io(), [&shard, row = std::string(payload)] { shard->waiters().heard(row); });
    };
    auto const page_changed = [this](std::string_view payload) {
        for (auto& shard : shards)
            asio::post(shard->io(), [&shard, told = std::string(payload)] { shard->live().heard(told); });
    };
    auto const hearing_changed = [this](bool listening) {
        for (auto& shard : shards)
            asio::post(shard->io(), [&shard, listening] {
                shard->set_listening(listening);
                shard->waiters().set_listening(listening);
                if (listening)
                    shard->live().heard_of_all();
            });
        if (listening)
            streams->heard_of_all();
    };
    std::vector<pg::Listener::Channel> channels{
        {snapshots::kChangeChannel, changed},
        {tenancy::kWaitChannel, row_changed},
        {snapshots::kLiveChannel, page_changed},
        {mcp::kStreamChannel, [this](std::string_view payload) { streams->heard(payload); }},
    };
    return std::make_unique<pg::Listener>(config.database.url, std::move(channels), hearing_changed, log);
}

Task<bool> App::Impl::on_every_shard(std::function<Task<bool>(Shard&)> begin, Deadline limit)
{
    std::vector<Elsewhere> tasks;
    for (auto& shard : shards)
        tasks.push_back({&shard->io(), begin(*shard)});
    return run_elsewhere(std::move(tasks), limit);
}

Task<void> App::Impl::live(asio::signal_set& signals)
{
    co_await signals.async_wait(kUseTask);
    draining = true; // /readyz now answers 503; load balancers need a while to see it.
    log.write(telemetry::Level::info, "api is told to stop",
              {{"accepts_for_ms", static_cast<std::int64_t>(config.drain_delay.count())}});
    auto const executor = co_await asio::this_coro::executor;
    auto& main = executor.context();
    signals.async_wait([&main](boost::system::error_code const& failure, int) {
        if (!failure)
            main.stop();
    });
    co_await sleep_until(Deadline::after(config.drain_delay));
    co_await drain();
    signals.cancel();
}

Task<void> App::Impl::drain()
{
    auto const deadline = Deadline::after(config.drain_limit);
    auto const slack = Deadline{deadline.at() + kCutting};
    std::function<Task<bool>(Shard&)> const finish = [deadline](Shard& shard) { return shard.finish_calls(deadline); };
    bool const finished = co_await on_every_shard(finish, slack);
    streams->end(); // Clients open them again at other replicas.
    std::function<Task<bool>(Shard&)> const leave = [deadline](Shard& shard) { return shard.drain(deadline); };
    bool const left = co_await on_every_shard(leave, slack);
    bool const logged = co_await close_log();
    co_await watch->say_goodbye();
    bool const all = finished && left && logged;
    log.write(all ? telemetry::Level::info : telemetry::Level::warning, "api has drained", {{"complete", all}});
}

Task<bool> App::Impl::close_log()
{
    auto const limit = Deadline::after(kLogLimit);
    std::vector<Elsewhere> tasks;
    tasks.push_back({contexts.front().get(), call_log->close(limit)});
    co_return co_await run_elsewhere(std::move(tasks), Deadline{limit.at() + kCutting});
}

void App::Impl::stop()
{
    listener.reset();
    guards.clear();
    for (auto& context : contexts)
        context->stop();
    for (auto& shard : shards)
        shard->join();
}

App::App(Config config, crypto::Keyring keyring, Clock const& clock, telemetry::Log& log)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(keyring), clock, log))
{
}

App::~App() = default;

Result<void> App::run()
{
    asio::io_context main(1);
    asio::signal_set signals(main, SIGINT, SIGTERM);
    auto started = impl_->start();
    if (started) {
        asio::co_spawn(main, impl_->live(signals), asio::detached);
        main.run();
    }
    impl_->stop();
    return started;
}

} // namespace sluice::api
