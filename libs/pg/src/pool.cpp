#include "pg/pool.hpp"

#include "telemetry/repeated.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <pqxx/except>
#include <pqxx/result>

namespace sluice::pg {
namespace {

using Clock = std::chrono::steady_clock;

/// After a failed connect, how long to answer `unavailable` without trying again.
constexpr std::chrono::milliseconds kConnectPause{250};

constexpr char kBegin[] = "SELECT set_config('sluice.environment_id', $1, true), "
                          "set_config('statement_timeout', $2, true)";

Error unavailable(std::string log)
{
    return {ErrorCode::unavailable, "The database is not available. Retry in a moment.", std::move(log)};
}

Error translate(pqxx::sql_error const& error)
{
    auto const log = fmt::format("SQLSTATE {}: {}", error.sqlstate(), error.what());
    auto const state = error.sqlstate();
    if (state == "23505" || state == "23503")
        return {ErrorCode::conflict, "It conflicts with something that exists already.", log};
    if (state == "57014" || state.starts_with("53") || state.starts_with("57P") || state == "25006")
        return unavailable(log);
    return {ErrorCode::internal, "Unexpected fault.", log};
}

bool may_succeed_again(std::string const& state)
{
    return state == "40001" || state == "40P01";
}

std::string milliseconds_left(Deadline deadline)
{
    auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline.left()).count();
    return std::to_string(std::max<long long>(left, 1));
}

} // namespace

struct Pool::Slot {
    explicit Slot(std::shared_ptr<telemetry::Repeated> line)
        : unavailable(std::move(line))
    {
    }
    std::shared_ptr<telemetry::Repeated> unavailable; ///< All slots share it.
    std::unique_ptr<pqxx::connection> connection;
    Clock::time_point pause_until{};
};

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
{
    auto const unavailable =
        std::make_shared<telemetry::Repeated>(log, telemetry::Level::warning, "the database is not available");
    for (std::size_t i = 0; i < config_.connections; ++i)
        slots_.push_back(std::make_unique<Slot>(unavailable));
    workers_ = std::make_unique<WorkerPool>(config_.connections, config_.queue_limit);
}

Pool::~Pool() = default;

std::optional<Error> Pool::in_transaction(std::size_t thread, std::optional<EnvironmentId> environment,
                                          Deadline deadline, std::function<bool(pqxx::work&)> const& body)
{
    auto const started = Clock::now();
    bool again = false;
    auto failure = attempt(*slots_[thread], environment, deadline, body, again);
    if (again)
        failure = attempt(*slots_[thread], environment, deadline, body, again);
    metrics_.seconds.observe(std::chrono::duration<double>(Clock::now() - started).count());
    if (failure) {
        metrics_.failures.add();
        if (failure->code() == ErrorCode::unavailable)
            slots_[thread]->unavailable->write(*failure);
        else
            log_.write(telemetry::Level::warning, "database transaction failed", *failure);
    }
    return failure;
}

std::optional<Error> Pool::attempt(Slot& slot, std::optional<EnvironmentId> environment, Deadline deadline,
                                   std::function<bool(pqxx::work&)> const& body, bool& again)
{
    again = false;
    if (deadline.expired())
        return unavailable("deadline passed before a connection was free");
    if (Clock::now() < slot.pause_until)
        return unavailable("the last connect failed a moment ago");
    bool connected = slot.connection != nullptr;
    try {
        if (!connected) {
            slot.connection = std::make_unique<pqxx::connection>(connection_string(config_.url));
            metrics_.connects.add();
            connected = true;
        }
        pqxx::work transaction(*slot.connection);
        transaction.exec_params(kBegin, environment ? to_hex(environment->uuid()) : std::string(),
                                milliseconds_left(deadline));
        if (body(transaction))
            transaction.commit();
        return std::nullopt;
    } catch (pqxx::broken_connection const& error) {
        // A used connection object would reconnect by itself, without its session state: it is thrown away.
        slot.connection.reset();
        if (!connected)
            slot.pause_until = Clock::now() + kConnectPause;
        return unavailable(error.what());
    } catch (pqxx::sql_error const& error) {
        again = may_succeed_again(error.sqlstate());
        return translate(error);
    } catch (std::exception const& error) {
        slot.connection.reset();
        return Error{ErrorCode::internal, "Unexpected fault.", error.what()};
    }
}

} // namespace sluice::pg
