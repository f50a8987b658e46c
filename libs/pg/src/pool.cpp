#include "pg/pool.hpp"

#include "database_connection.hpp"
#include "watchdog.hpp"

#include <fmt/format.h>

#include <utility>

#include <sched.h>

#include <pqxx/except>
#include <pqxx/result>

namespace sluice::pg {
namespace {

using Clock = std::chrono::steady_clock;

/// After a failed connect, how long to answer `unavailable` without trying again.
constexpr std::chrono::milliseconds kConnectPause{250};

/// With less left nothing is begun, neither a transaction nor its COMMIT: it would only be cancelled.
constexpr std::chrono::milliseconds kLeastTime{50};

/// How long after the deadline the server may take to cancel a statement before its connection is cut.
constexpr std::chrono::milliseconds kGrace{250};

constexpr std::size_t kProbesQueued = 100;

// The server ends what it does for a connection that was cut, and the transaction of a process that was stopped.
constexpr char kBegin[] = "SELECT set_config('sluice.environment_id', $1, true), "
                          "set_config('sluice.team_id', $3, true), "
                          "set_config('statement_timeout', $2, true), "
                          "set_config('client_connection_check_interval', '500ms', true), "
                          "set_config('idle_in_transaction_session_timeout', '10s', true)";

Error unavailable(std::string log)
{
    return {ErrorCode::unavailable, "The database is not available. Retry in a moment.", std::move(log)};
}

Error translate(pqxx::sql_error const& error)
{
    auto const log = fmt::format("SQLSTATE {}: {}", error.sqlstate(), error.what());
    auto const& state = error.sqlstate();
    if (state == "23505" || state == "23503")
        return {ErrorCode::conflict, "It conflicts with something that exists already.", log};
    if (state == "57014" || state == "55P03" || state.starts_with("53") || state.starts_with("57P") || state == "25006")
        return unavailable(log);
    return {ErrorCode::internal, "Unexpected fault.", log};
}

/// The calling thread waits for its turn when it wakes, instead of interrupting who runs (sched(7), SCHED_BATCH).
void give_way()
{
    sched_param const none{};
    [[maybe_unused]] auto const is_set = ::sched_setscheduler(0, SCHED_BATCH, &none); // Only a wish.
}

/// The setting that row-level security reads; empty if the tenant is of another kind.
template <class IdType>
std::string setting_of(Tenant const& tenant)
{
    auto const* id = std::get_if<IdType>(&tenant);
    return id != nullptr ? to_hex(id->uuid()) : std::string();
}

std::string milliseconds_left(Deadline deadline)
{
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(deadline.left()).count());
}

} // namespace

struct Pool::Slot {
    std::size_t index = 0;
    std::unique_ptr<Connection> connection;
    Clock::time_point pause_until{};
};

bool Pool::Permit::begin()
{
    auto expected = State::open;
    return state_.compare_exchange_strong(expected, State::begun);
}

void Pool::Permit::undo()
{
    auto expected = State::begun;
    state_.compare_exchange_strong(expected, State::open);
}

bool Pool::Permit::withdraw()
{
    auto expected = State::open;
    return state_.compare_exchange_strong(expected, State::withdrawn);
}

PoolMetrics::PoolMetrics(telemetry::Registry& registry)
    : seconds(registry.histogram("sluice_pg_transaction_seconds", "Time of one transaction, without its queueing."))
    , failures(registry.counter("sluice_pg_failures_total", "Transactions that failed because of the database."))
    , connects(registry.counter("sluice_pg_connects_total", "Connections opened to the database."))
{
}

std::string connection_string(Secret const& url)
{
    // libpq merges these into a URL or key/value string alike only through a conninfo list; both forms take suffixes.
    auto const& text = url.reveal();
    constexpr std::pair<std::string_view, std::string_view> kSettings[] = {
        {"connect_timeout", "2"},  {"keepalives_idle", "5"},     {"keepalives_interval", "2"},
        {"keepalives_count", "2"}, {"tcp_user_timeout", "5000"}, {"application_name", "sluice"},
    };
    bool const is_url = text.starts_with("postgres://") || text.starts_with("postgresql://");
    auto out = text;
    for (auto const& [name, value] : kSettings) {
        if (text.find(std::string(name) + '=') != std::string::npos)
            continue;
        if (is_url)
            out += fmt::format("{}{}={}", out.find('?') == std::string::npos ? '?' : '&', name, value);
        else
            out += fmt::format(" {}={}", name, value);
    }
    return out;
}

Pool::Pool(PoolConfig config, PoolMetrics& metrics, telemetry::Log& log)
    : config_(std::move(config))
    , metrics_(metrics)
    , log_(log)
    , unavailable_(log, telemetry::Level::warning, "the database is not available")
{
    for (std::size_t i = 0; i <= config_.connections; ++i)
        slots_.push_back(std::make_unique<Slot>(i));
    watchdog_ = std::make_unique<Watchdog>(slots_.size());
    workers_ = std::make_unique<WorkerPool>(config_.connections, config_.queue_limit);
    prober_ = std::make_unique<WorkerPool>(1, kProbesQueued);
}

Pool::~Pool() = default;

Task<Result<void>> Pool::ping(Deadline deadline)
{
    Query<bool> query = [](pqxx::work& transaction) -> Result<bool> {
        transaction.exec1("SELECT 1");
        return true;
    };
    auto const answered = co_await run<bool>(*prober_, config_.connections, Tenant{}, deadline, std::move(query));
    co_return answered ? Result<void>{} : Result<void>(answered.error());
}

Task<std::optional<Error>> Pool::run_body(WorkerPool& workers, std::size_t first, Tenant tenant, Deadline deadline,
                                          Body body)
{
    auto const permit = std::make_shared<Permit>();
    auto job = [this, first, tenant, deadline, permit, body = std::move(body)](std::size_t thread) -> Result<void> {
        auto const failure = in_transaction(first + thread, {tenant, deadline, *permit, body});
        return failure ? Result<void>(*failure) : Result<void>();
    };
    auto const done = co_await offload<void>(workers, deadline, std::move(job));
    if (done)
        co_return std::nullopt;
    if (!permit->withdraw())
        co_return outcome_unknown("the answer to COMMIT did not come in time");
    co_return done.error();
}

Error Pool::outcome_unknown(std::string log)
{
    return {ErrorCode::unavailable,
            "The database did not say whether the change was stored. Look whether it was before you try again.",
            std::move(log)};
}

std::optional<Error> Pool::in_transaction(std::size_t slot, Wanted const& wanted)
{
    auto const started = Clock::now();
    bool again = false;
    auto failure = attempt(slot, wanted, again);
    if (again)
        failure = attempt(slot, wanted, again);
    metrics_.seconds.observe(std::chrono::duration<double>(Clock::now() - started).count());
    if (failure) {
        metrics_.failures.add();
        if (failure->code() == ErrorCode::unavailable)
            unavailable_.write(*failure);
        else
            log_.write(telemetry::Level::warning, "database transaction failed", *failure);
    }
    return failure;
}

std::optional<Error> Pool::attempt(std::size_t index, Wanted const& wanted, bool& again)
{
    again = false;
    auto& slot = *slots_[index];
    if (wanted.deadline.left() < kLeastTime)
        return unavailable("deadline passed before a connection was free");
    if (Clock::now() < slot.pause_until)
        return unavailable("the last connect failed a moment ago");
    bool const is_used = slot.connection != nullptr;
    if (!is_used) {
        if (config_.is_background)
            give_way();
        try {
            slot.connection = std::make_unique<Connection>(connection_string(config_.url));
            metrics_.connects.add();
        } catch (std::exception const& error) {
            slot.pause_until = Clock::now() + kConnectPause;
            return unavailable(error.what());
        }
    }
    auto failure = attempt_on(slot, wanted, again);
    // A connection that was lost, or was left inside a transaction, would fail whoever has it next.
    if (!slot.connection->is_idle())
        slot.connection.reset();
    again = again && (is_used || slot.connection != nullptr);
    return failure;
}

std::optional<Error> Pool::attempt_on(Slot& slot, Wanted const& wanted, bool& again)
{
    bool is_begun = false;
    Watchdog::Watch const watch(*watchdog_, slot.index, slot.connection->socket(), wanted.deadline.at() + kGrace);
    try {
        pqxx::work transaction(*slot.connection);
        transaction.exec_params(kBegin, setting_of<EnvironmentId>(wanted.tenant), milliseconds_left(wanted.deadline),
                                setting_of<TeamId>(wanted.tenant));
        is_begun = true;
        if (!wanted.body(transaction))
            return std::nullopt;
        if (wanted.deadline.left() < kLeastTime || !wanted.permit.begin())
            return unavailable("deadline passed before the transaction could be committed");
        transaction.commit();
        return std::nullopt;
    } catch (pqxx::in_doubt_error const& error) {
        return outcome_unknown(error.what());
    } catch (pqxx::statement_completion_unknown const& error) {
        return outcome_unknown(error.what());
    } catch (pqxx::broken_connection const& error) {
        again = !is_begun; // It broke while nobody used it.
        return unavailable(error.what());
    } catch (pqxx::transaction_rollback const& error) {
        again = true;
        wanted.permit.undo();
        return unavailable(error.what());
    } catch (pqxx::sql_error const& error) {
        again = !is_begun && !slot.connection->is_open();
        wanted.permit.undo();
        return translate(error);
    } catch (std::exception const& error) {
        wanted.permit.undo();
        return Error{ErrorCode::internal, "Unexpected fault.", error.what()};
    }
}

} // namespace sluice::pg
