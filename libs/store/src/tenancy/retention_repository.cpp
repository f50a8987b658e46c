#include "tenancy/retention.hpp"

#include "calllog/log_repository.hpp"
#include "core/backend.hpp"
#include "core/rows.hpp"
#include "make_repositories.hpp"
#include "tenancy/audit.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

struct History {
    std::string_view table;
    std::chrono::days kept;
};
constexpr History kHistories[] = {
    {"events", tenancy::Retention::kKept},
    {"deliveries", tenancy::Retention::kKept},
    {"delivery_attempts", tenancy::Retention::kKept},
    {"call_log", calllog::LogRepository::kKept},
    {"call_log_bodies", calllog::LogRepository::kBodiesKept},
    {"call_log_hours", calllog::LogRepository::kSumsKept},
    {"audit_log", tenancy::AuditRepository::kKept},
};
constexpr char kKeep[] = "SELECT keep_history($1, $2) AS done";
constexpr char kForgetSignIns[] = "SELECT forget_sign_ins() AS done";
// A turn that ends early has begun elsewhere than the one before.
constexpr char kEnvironments[] = "SELECT id FROM environments ORDER BY random()";
// In batches: no transaction holds a table for long.
#define SLUICE_SWEEP(table, column)                                                                                    \
    "DELETE FROM " table " WHERE environment_id = $1 AND id IN (SELECT id FROM " table " WHERE environment_id = $1 "   \
    "AND " column " < now() - make_interval(days => $2) LIMIT 2000)"
constexpr char kLinks[] = SLUICE_SWEEP("link_tokens", "expires_at");
constexpr char kConnections[] = SLUICE_SWEEP("connections", "expires_at");
constexpr char kWriteCalls[] = SLUICE_SWEEP("write_calls", "ends_at");
constexpr char kKeyedRequests[] = SLUICE_SWEEP("keyed_requests", "ends_at");
#undef SLUICE_SWEEP

struct Sweep {
    char const* sql;
    std::chrono::days kept;
};
constexpr Sweep kSweeps[] = {
    {kLinks, tenancy::Retention::kKept},
    {kConnections, tenancy::Retention::kKept},
    // Those are over once they end, and say nothing of the past.
    {kWriteCalls, std::chrono::days(0)},
    {kKeyedRequests, std::chrono::days(0)},
};

class PgRetention final : public tenancy::Retention {
public:
    explicit PgRetention(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<std::size_t>> turn_days(Deadline deadline) override
    {
        std::size_t done = 0;
        for (auto const& history : kHistories) {
            // In a transaction each: it locks a whole table.
            pg::Query<std::size_t> query = [history](pqxx::work& transaction) -> Result<std::size_t> {
                return transaction.exec_params1(kKeep, std::string(history.table), history.kept.count())["done"]
                    .as<std::size_t>();
            };
            auto const some = co_await backend_.pool.lookup<std::size_t>(deadline, std::move(query));
            if (!some)
                co_return some.error();
            done += *some;
        }
        pg::Query<std::size_t> forget = [](pqxx::work& transaction) -> Result<std::size_t> {
            return transaction.exec1(kForgetSignIns)["done"].as<std::size_t>();
        };
        auto const forgotten = co_await backend_.pool.lookup<std::size_t>(deadline, std::move(forget));
        if (!forgotten)
            co_return forgotten.error();
        co_return done + *forgotten;
    }

    Task<Result<std::vector<EnvironmentId>>> environments(Deadline deadline) override
    {
        using Ids = std::vector<EnvironmentId>;
        pg::Query<Ids> query = [](pqxx::work& transaction) -> Result<Ids> {
            Ids ids;
            for (auto const& row : transaction.exec(kEnvironments))
                ids.push_back(id_in<EnvironmentId>(row["id"]));
            return ids;
        };
        co_return co_await backend_.pool.lookup<Ids>(deadline, std::move(query));
    }

    Task<Result<std::size_t>> sweep(EnvironmentId environment, Deadline deadline) override
    {
        pg::Query<std::size_t> query = [environment](pqxx::work& transaction) -> Result<std::size_t> {
            std::size_t gone = 0;
            for (auto const& [sql, kept] : kSweeps)
                gone += static_cast<std::size_t>(
                    transaction.exec_params(sql, sql_id(environment), kept.count()).affected_rows());
            return gone;
        };
        co_return co_await backend_.pool.transact<std::size_t>(environment, deadline, std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<tenancy::Retention> make_retention(Backend const& backend)
{
    return std::make_unique<PgRetention>(backend);
}

} // namespace sluice::store
