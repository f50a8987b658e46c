#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "runtime/offload.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/repeated.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <pqxx/transaction>

namespace sluice::pg {

struct PoolConfig {
    /// A libpq connection string or URL of the serving role, which owns no table and cannot bypass row security.
    Secret url;
    std::size_t connections = 4;
    /// Nobody waits for its transactions: its threads do not interrupt others when they have something to do.
    bool is_background = false;
    std::size_t queue_limit = 2000; ///< Jobs waiting for a connection; beyond it callers get `unavailable` at once.
};

struct PoolMetrics {
    explicit PoolMetrics(telemetry::Registry& registry);
    telemetry::Histogram& seconds;
    telemetry::Counter& failures;
    telemetry::Counter& connects;
};

/// What a job does with the database. It runs on a thread of the pool and owns all that it touches. It may run twice,
/// so it is called as a constant: it cannot move away what the second run needs.
template <class T>
using Query = std::move_only_function<Result<T>(pqxx::work&) const>;

class Watchdog;

/// What row-level security shows to a transaction: the rows of an environment, those of a team (its people), or only
/// what belongs to nobody.
using Tenant = std::variant<std::monostate, EnvironmentId, TeamId>;

/// Connections to one database, each on its own thread, because libpqxx blocks. Thread-safe.
///
/// No transaction outlives its deadline. At the deadline a statement is cancelled by the server, and a quarter of a
/// second later the connection is cut, whatever the server does. COMMIT is sent only while the caller waits, so an
/// error means that nothing was stored. The one exception says so: an answer to COMMIT that did not come in time.
///
/// Errors of every call: what the query returns; conflict (unique or foreign key); unavailable (no connection, no
/// answer by the deadline, queue full, outcome of COMMIT not known); internal (any other SQL error, with its SQLSTATE
/// in the log text). A serialisation failure, a deadlock and a connection that broke while it was idle are tried once
/// more.
class Pool {
public:
    Pool(PoolConfig config, PoolMetrics& metrics, telemetry::Log& log);
    ~Pool();

    /// One transaction in which row-level security shows the rows of `tenant` only.
    template <class T>
    Task<Result<T>> transact(Tenant tenant, Deadline deadline, Query<T> query)
    {
        return run<T>(*workers_, 0, tenant, deadline, std::move(query));
    }

    /// One transaction of no tenant: for global tables, and for look-ups by secret hash, which set the environment or
    /// the team themselves.
    template <class T>
    Task<Result<T>> lookup(Deadline deadline, Query<T> query)
    {
        return run<T>(*workers_, 0, Tenant{}, deadline, std::move(query));
    }

    /// Whether the database answers, asked on a connection of its own: full use of the others is no failure.
    Task<Result<void>> ping(Deadline deadline);

    [[nodiscard]] std::size_t queued() const { return workers_->queued(); }

private:
    struct Slot;

    /// Whether a transaction may be committed. Its caller takes that back by going away.
    class Permit {
    public:
        /// False if the caller has gone; then COMMIT is not to be sent.
        [[nodiscard]] bool begin();
        /// Nothing was committed after all. A caller that has gone stays gone.
        void undo();
        /// False if COMMIT was sent: what came of it, the caller will not hear.
        [[nodiscard]] bool withdraw();

    private:
        enum class State { open, begun, withdrawn };
        std::atomic<State> state_{State::open};
    };

    /// Whether to commit.
    using Body = std::move_only_function<bool(pqxx::work&) const>;

    struct Wanted {
        Tenant tenant;
        Deadline deadline;
        Permit& permit;
        Body const& body;
    };

    template <class T>
    Task<Result<T>> run(WorkerPool& workers, std::size_t first, Tenant tenant, Deadline deadline, Query<T> query)
    {
        // Owned by the job as well: it may run on when the caller has gone.
        auto const result = std::make_shared<Result<T>>();
        auto const failure = co_await run_body(workers, first, tenant, deadline,
                                               [result, query = std::move(query)](pqxx::work& transaction) {
                                                   *result = query(transaction);
                                                   return result->has_value();
                                               });
        if (failure)
            co_return *failure;
        co_return std::move(*result);
    }

    /// `first` is the slot of the first thread of `workers`. The error, if the body's transaction did not come to its
    /// end: then nobody may look at what the body left, which may still be running.
    Task<std::optional<Error>> run_body(WorkerPool& workers, std::size_t first, Tenant tenant, Deadline deadline,
                                        Body body);

    static Error outcome_unknown(std::string log);

    /// Commits if the body returns true, else rolls back. The error, if the database failed.
    std::optional<Error> in_transaction(std::size_t slot, Wanted const& wanted);
    std::optional<Error> attempt(std::size_t slot, Wanted const& wanted, bool& again);
    std::optional<Error> attempt_on(Slot& slot, Wanted const& wanted, bool& again);

    PoolConfig const config_;
    PoolMetrics& metrics_;
    telemetry::Log& log_;
    telemetry::Repeated unavailable_;
    std::vector<std::unique_ptr<Slot>> slots_;
    std::unique_ptr<Watchdog> watchdog_;
    std::unique_ptr<WorkerPool> workers_;
    std::unique_ptr<WorkerPool> prober_;
};

/// `url` with the settings every connection of ours has: time-outs that notice a dead peer, and our name.
[[nodiscard]] std::string connection_string(Secret const& url);

} // namespace sluice::pg
