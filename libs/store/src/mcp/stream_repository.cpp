#include "core/backend.hpp"
#include "core/queries.hpp"
#include "core/quota_rows.hpp"
#include "core/rows.hpp"
#include "make_repositories.hpp"
#include "mcp/streams.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

constexpr char kOpen[] = "INSERT INTO mcp_streams (id, mcp_server_id, replica, environment_id) VALUES ($1, $2, $3, $4)";
// Those of replicas that are gone.
constexpr char kForgetLost[] =
    "DELETE FROM mcp_streams WHERE environment_id = $1 AND id IN (SELECT id FROM mcp_streams WHERE environment_id = $1 "
    "AND seen_at < now() - interval '90 seconds' FOR UPDATE SKIP LOCKED)";
constexpr char kClose[] = "WITH gone AS (DELETE FROM mcp_stream_messages WHERE stream_id = $1) "
                          "DELETE FROM mcp_streams WHERE id = $1";
constexpr char kIsOpen[] = "SELECT EXISTS (SELECT 1 FROM mcp_streams WHERE id = $1 AND mcp_server_id = $2 "
                           "AND seen_at > now() - interval '90 seconds') AS is_open";
constexpr char kPublish[] = "INSERT INTO mcp_stream_messages (stream_id, sealed) VALUES ($1, $2)";
constexpr char kNotify[] = "SELECT pg_notify($1, $2)";
constexpr char kTake[] = "WITH taken AS (DELETE FROM mcp_stream_messages WHERE stream_id = $1 RETURNING id, sealed) "
                         "SELECT sealed FROM taken ORDER BY id";
constexpr char kTouch[] = "UPDATE mcp_streams SET seen_at = now() WHERE replica = $1";
constexpr char kSweep[] = "WITH lost AS (DELETE FROM mcp_streams WHERE seen_at < now() - interval '90 seconds') "
                          "DELETE FROM mcp_stream_messages WHERE created_at < now() - interval '2 minutes'";

class PgStreams final : public mcp::StreamRepository {
public:
    explicit PgStreams(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<void>> open(Uuid stream, EnvironmentId environment, McpServerId server, Uuid replica,
                            Deadline deadline) override
    {
        pg::Query<bool> query = [=, &backend = backend_](pqxx::work& transaction) -> Result<bool> {
            transaction.exec_params0(kOpen, sql_id(stream), sql_id(server), sql_id(replica), sql_id(environment));
            auto const admitted = check_quota(transaction, backend, environment, tenancy::Quota::streams, kForgetLost);
            return admitted ? Result<bool>(true) : Result<bool>(admitted.error());
        };
        return without_value(backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

    Task<Result<void>> close(Uuid stream, Deadline deadline) override
    {
        return run(deadline, [=](pqxx::work& transaction) { transaction.exec_params0(kClose, sql_id(stream)); });
    }

    Task<Result<bool>> is_open(Uuid stream, McpServerId server, Deadline deadline) override
    {
        pg::Query<bool> query = [=](pqxx::work& transaction) -> Result<bool> {
            return transaction.exec_params1(kIsOpen, sql_id(stream), sql_id(server))["is_open"].as<bool>();
        };
        co_return co_await backend_.pool.lookup<bool>(deadline, std::move(query));
    }

    Task<Result<void>> publish(Uuid stream, std::string sealed, Deadline deadline) override
    {
        return run(deadline, [stream, sealed = std::move(sealed)](pqxx::work& transaction) {
            transaction.exec_params0(kPublish, sql_id(stream), sealed);
            transaction.exec_params1(kNotify, std::string(mcp::kStreamChannel), to_hex(stream));
        });
    }

    Task<Result<std::vector<std::string>>> take(Uuid stream, Deadline deadline) override
    {
        using Messages = std::vector<std::string>;
        pg::Query<Messages> query = [stream](pqxx::work& transaction) -> Result<Messages> {
            Messages messages;
            for (auto const& row : transaction.exec_params(kTake, sql_id(stream)))
                messages.emplace_back(row["sealed"].c_str());
            return messages;
        };
        co_return co_await backend_.pool.lookup<Messages>(deadline, std::move(query));
    }

    Task<Result<void>> touch(Uuid replica, Deadline deadline) override
    {
        return run(deadline, [replica](pqxx::work& transaction) {
            transaction.exec_params0(kTouch, sql_id(replica));
            transaction.exec_params0(kSweep);
        });
    }

private:
    template <class Action>
    Task<Result<void>> run(Deadline deadline, Action action)
    {
        pg::Query<bool> query = [action = std::move(action)](pqxx::work& transaction) -> Result<bool> {
            action(transaction);
            return true;
        };
        return without_value(backend_.pool.lookup<bool>(deadline, std::move(query)));
    }

    Backend const backend_;
};

} // namespace

std::unique_ptr<mcp::StreamRepository> make_streams(Backend const& backend)
{
    return std::make_unique<PgStreams>(backend);
}

} // namespace sluice::store
