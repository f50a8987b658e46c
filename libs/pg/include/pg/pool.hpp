#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "runtime/offload.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pqxx/connection>
#include <pqxx/transaction>

namespace sluice::pg {

struct PoolConfig {
    /// A libpq connection string or URL of the serving role, which owns no table and cannot bypass row security.
    Secret url;
    std::size_t connections = 4;
    std::size_t queue_limit = 2000; ///< Jobs waiting for a connection; beyond it callers get `unavailable` at once.
};

struct PoolMetrics {
    explicit PoolMetrics(telemetry::Registry& registry);
    telemetry::Histogram& seconds;
    telemetry::Counter& failures;
    telemetry::Counter& connects;
};

/// What a job does with the database. It runs on a thread of the pool and owns all that it touches.
template <class T>
using Query = std::move_only_function<Result<T>(pqxx::work&)>;

/// Connections to one database, each on its own thread, because libpqxx blocks. Thread-safe.
///
/// Errors of every call: what the query returns; conflict (unique or foreign key); unavailable (no connection, no
/// answer by the deadline, queue full); internal (any other SQL error, with its SQLSTATE in the log text).
/// A serialisation failure or deadlock is tried once more.
class Pool {
public:
    Pool(PoolConfig config, PoolMetrics& metrics, telemetry::Log& log);
    ~Pool();

    /// One transaction in which row-level security shows `environment` only.
    template <class T>
    Task<Result<T>> transact(EnvironmentId environment, Deadline deadline, Query<T> query)
    {
        return run<T>(environment, deadline, std::move(query));
    }

    /// One transaction outside any environment: for global tables, and for look-ups by secret hash, which set the
    /// environment themselves.
    template <class T>
    Task<Result<T>> lookup(Deadline deadline, Query<T> query)
    {
        return run<T>(std::nullopt, deadline, std::move(query));
    }

    [[nodiscard]] std::size_t queued() const { return workers_->queued(); }

private:
    struct Slot;

    template <class T>
    Task<Result<T>> run(std::optional<EnvironmentId> environment, Deadline deadline, Query<T> query)
    {
        std::move_only_function<Result<T>(std::size_t)> job = [this, environment, deadline,
                                                               query = std::move(query)](std::size_t thread) mutable {
            Result<T> result;
            auto const failure = in_transaction(thread, environment, deadline, [&](pqxx::work& transaction) {
                result = query(transaction);
                return result.has_value();
            });
            return failure ? Result<T>(*failure) : std::move(result);
        };
        return offload<T>(*workers_, deadline, std::move(job));
    }

    /// Commits if `body` returns true, else rolls back. The error, if the database failed.
    std::optional<Error> in_transaction(std::size_t thread, std::optional<EnvironmentId> environment, Deadline deadline,
                                        std::function<bool(pqxx::work&)> const& body);
    std::optional<Error> attempt(Slot& slot, std::optional<EnvironmentId> environment, Deadline deadline,
                                 std::function<bool(pqxx::work&)> const& body, bool& again);

    PoolConfig const config_;
    PoolMetrics& metrics_;
    telemetry::Log& log_;
    std::vector<std::unique_ptr<Slot>> slots_;
    std::unique_ptr<WorkerPool> workers_;
};

/// `url` with the settings every connection of ours has: time-outs that notice a dead peer, and our name.
[[nodiscard]] std::string connection_string(Secret const& url);

} // namespace sluice::pg
