#include "tenancy/retention.hpp"

#include "repositories.hpp"
#include "rows.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

constexpr char kEnvironments[] = "SELECT id FROM environments ORDER BY id";
// In batches: no transaction holds a table for long.
constexpr char kEvents[] =
    "DELETE FROM events WHERE environment_id = $1 AND id IN (SELECT e.id FROM events e WHERE e.environment_id = $1 "
    "AND e.created_at < now() - make_interval(days => $2) AND NOT EXISTS (SELECT FROM deliveries d "
    "WHERE d.environment_id = e.environment_id AND d.event_id = e.id AND d.status = 'pending') LIMIT 2000)";
constexpr char kAttempts[] =
    "DELETE FROM delivery_attempts WHERE environment_id = $1 AND id IN (SELECT id FROM delivery_attempts "
    "WHERE environment_id = $1 AND created_at < now() - make_interval(days => $2) LIMIT 2000)";
constexpr char kLinks[] =
    "DELETE FROM link_tokens WHERE environment_id = $1 AND expires_at < now() - make_interval(days => $2)";
constexpr char kConnections[] =
    "DELETE FROM connections WHERE environment_id = $1 AND expires_at < now() - make_interval(days => $2)";
// Those are over once they end, and say nothing of the past.
constexpr char kWriteCalls[] =
    "DELETE FROM write_calls WHERE environment_id = $1 AND id IN (SELECT id FROM write_calls "
    "WHERE environment_id = $1 AND ends_at < now() AND $2 > 0 LIMIT 2000)";

class PgRetention final : public tenancy::Retention {
public:
    explicit PgRetention(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<std::vector<EnvironmentId>>> environments(Deadline deadline) override
    {
        using Ids = std::vector<EnvironmentId>;
        pg::Query<Ids> query = [](pqxx::work& transaction) -> Result<Ids> {
            Ids ids;
            for (auto const& row : transaction.exec(kEnvironments))
                ids.push_back(id_in<EnvironmentId>(row[0]));
            return ids;
        };
        co_return co_await backend_.pool.lookup<Ids>(deadline, std::move(query));
    }

    Task<Result<std::size_t>> sweep(EnvironmentId environment, Deadline deadline) override
    {
        pg::Query<std::size_t> query = [environment](pqxx::work& transaction) -> Result<std::size_t> {
            std::size_t gone = 0;
            for (auto const* sql : {kEvents, kAttempts, kLinks, kConnections, kWriteCalls})
                gone += static_cast<std::size_t>(
                    transaction.exec_params(sql, sql_id(environment), kKept.count()).affected_rows());
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
