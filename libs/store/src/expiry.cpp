#include "jobs.hpp"
#include "repositories.hpp"
#include "rows.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

// A row another worker holds is passed over.
constexpr char kTake[] = "SELECT environment_id, id, partition FROM jobs WHERE kind = 'mcp_server_expiry' "
                         "AND due <= now() ORDER BY due LIMIT $1 FOR UPDATE SKIP LOCKED";
constexpr char kEnter[] = "SELECT set_config('sluice.environment_id', $1, true)";
// A server whose time was moved meanwhile stays; its job has the new time.
constexpr char kDelete[] = "DELETE FROM mcp_servers WHERE environment_id = $1 AND id = $2 AND expires_at <= now() "
                           "RETURNING environment_id, integrated_account_id, tenant_id";
constexpr char kDone[] = "DELETE FROM jobs WHERE partition = $1 AND kind = 'mcp_server_expiry' "
                         "AND environment_id = $2 AND id = $3";

std::size_t expire(pqxx::work& transaction, std::size_t most)
{
    std::size_t deleted = 0;
    for (auto const& job : transaction.exec_params(kTake, most)) {
        std::string const environment = job[0].c_str();
        std::string const id = job[1].c_str();
        transaction.exec_params1(kEnter, environment);
        for (auto const& row : transaction.exec_params(kDelete, environment, id)) {
            mcp::McpServer server;
            server.environment = id_in<EnvironmentId>(row[0]);
            if (!row[1].is_null())
                server.account = id_in<IntegratedAccountId>(row[1]);
            server.tenant_id = text_in(row[2]).value_or("");
            announce(transaction, change_of(server));
            ++deleted;
        }
        transaction.exec_params0(kDone, job[2].as<int>(), environment, id);
    }
    return deleted;
}

class PgExpiry final : public mcp::ServerExpiry {
public:
    explicit PgExpiry(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<std::size_t>> delete_expired(std::size_t most, Deadline deadline) override
    {
        pg::Query<std::size_t> query = [most](pqxx::work& transaction) -> Result<std::size_t> {
            return expire(transaction, most);
        };
        co_return co_await backend_.pool.lookup<std::size_t>(deadline, std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<mcp::ServerExpiry> make_expiry(Backend const& backend)
{
    return std::make_unique<PgExpiry>(backend);
}

} // namespace sluice::store
