#include "accounts/account_rows.hpp"
#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/job_queue.hpp"
#include "core/list_sql.hpp"
#include "core/queries.hpp"
#include "core/quota_rows.hpp"
#include "core/row_values.hpp"
#include "core/rows.hpp"
#include "core/secrets.hpp"
#include "make_repositories.hpp"
#include "mcp/expiry_job.hpp"
#include "mcp/mcp_server.hpp"
#include "toolcalls/account_schemas.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace mcp;

// A row may hold a server and an account: where both have a column, the server's has another name.
#define SLUICE_COLUMNS                                                                                                 \
    "s.id AS server_id, s.environment_id AS server_environment_id, s.tenant_id AS server_tenant_id, "                  \
    "s.integrated_account_id, to_jsonb(s.integrations) AS integrations, s.name, s.config, s.created_by, "              \
    "(extract(epoch FROM s.expires_at) * 1000000)::bigint AS expires_at, "                                             \
    "(extract(epoch FROM s.created_at) * 1000000)::bigint AS server_created_at, "                                      \
    "(extract(epoch FROM s.updated_at) * 1000000)::bigint AS server_updated_at"
// No account: a tenant's server.
#define SLUICE_OWNED "WHERE s.environment_id = $1 AND s.integrated_account_id IS NOT DISTINCT FROM $2 AND s.id = $3"
constexpr char kInsert[] = "INSERT INTO mcp_servers AS s (environment_id, id, {columns}) VALUES ($1, $2, {values}) "
                           "RETURNING " SLUICE_COLUMNS;
// Held until the row that refers to it is there.
constexpr char kHoldAccount[] = "SELECT 1 FROM integrated_accounts WHERE environment_id = $1 AND id = $2 FOR KEY SHARE";
constexpr char kFind[] = "SELECT " SLUICE_COLUMNS " FROM mcp_servers s " SLUICE_OWNED;
constexpr char kLock[] = "SELECT " SLUICE_COLUMNS " FROM mcp_servers s " SLUICE_OWNED " FOR UPDATE";
constexpr char kUpdate[] = "UPDATE mcp_servers s SET {assignments}, updated_at = now() "
                           "WHERE s.environment_id = $1 AND s.id = $2 RETURNING " SLUICE_COLUMNS;
constexpr char kDelete[] = "DELETE FROM mcp_servers s " SLUICE_OWNED " RETURNING " SLUICE_COLUMNS;
constexpr char kDeleteExpired[] = "DELETE FROM mcp_servers s WHERE s.environment_id = $1 AND s.id = $2 "
                                  "AND s.expires_at <= now() RETURNING " SLUICE_COLUMNS;
// The account is in the path of the request, so it is in the text of the query.
constexpr char kList[] = "SELECT " SLUICE_COLUMNS " FROM mcp_servers s WHERE integrated_account_id IS NOT NULL";
constexpr char kListOfTenants[] = "SELECT " SLUICE_COLUMNS " FROM mcp_servers s WHERE integrated_account_id IS NULL";
// The server of a secret and its accounts, the oldest first, in one query: a row for each, or one without account.
constexpr char kServerColumns[] = SLUICE_COLUMNS;
constexpr char kOfSecret[] =
    "FROM mcp_servers s LEFT JOIN LATERAL (SELECT s.integrated_account_id AS id WHERE s.integrated_account_id IS NOT "
    "NULL "
    "UNION ALL (SELECT t.id FROM integrated_accounts t "
    "JOIN environment_integrations u ON u.environment_id = t.environment_id AND u.id = t.environment_integration_id "
    "JOIN integrations v ON v.id = u.integration_id "
    "WHERE s.integrated_account_id IS NULL AND t.environment_id = s.environment_id AND t.tenant_id = s.tenant_id "
    "AND (cardinality(s.integrations) = 0 OR v.name = ANY (s.integrations)) ORDER BY t.id LIMIT $3)) AS m ON true "
    "LEFT JOIN (integrated_accounts a ";
constexpr char kOfSecretEnd[] = ") ON a.environment_id = s.environment_id AND a.id = m.id "
                                "WHERE s.environment_id = f.environment_id AND s.id = f.owner_id ORDER BY m.id";
// Ids are in order of time, so the oldest come first.
constexpr char kAccountsOf[] =
    "SELECT a.id FROM integrated_accounts a "
    "JOIN environment_integrations e ON e.environment_id = a.environment_id AND e.id = a.environment_integration_id "
    "JOIN integrations i ON i.id = e.integration_id "
    "WHERE a.environment_id = $1 AND a.tenant_id = $2 AND ($3::jsonb = '[]' OR $3::jsonb ? i.name) "
    "ORDER BY a.id LIMIT $4";
#undef SLUICE_OWNED
#undef SLUICE_COLUMNS

/// An account is asked about itself when its first server is made; after that a worker looks what has changed.
constexpr std::chrono::seconds kFirstLook{45};

constexpr ListField kFields[] = {
    {"integrated_account_id", "integrated_account_id", ListField::Kind::id, "ia"},
    {"tenant_id", "tenant_id", ListField::Kind::text},
    {"name", "name", ListField::Kind::text},
    {"created_by", "created_by", ListField::Kind::text},
    {"expires_at", "expires_at", ListField::Kind::time},
    {"created_at", "created_at", ListField::Kind::time},
    {"updated_at", "updated_at", ListField::Kind::time},
};

McpServer server_in(pqxx::row const& row)
{
    McpServer server;
    server.id = id_in<McpServerId>(row["server_id"]);
    server.environment = id_in<EnvironmentId>(row["server_environment_id"]);
    server.account = optional_id_in<IntegratedAccountId>(row["integrated_account_id"]);
    server.tenant_id = text_in(row["server_tenant_id"]).value_or("");
    server.integrations = json::texts_in(json_in(row["integrations"]));
    server.name = row["name"].c_str();
    server.config = config_in(object_in(row["config"]));
    server.created_by = row["created_by"].c_str();
    server.expires_at = optional_time_in(row["expires_at"]);
    server.created_at = time_in(row["server_created_at"]);
    server.updated_at = time_in(row["server_updated_at"]);
    return server;
}

/// What the audit log has of it: the members that the API shows.
json::object audited(McpServer const& server)
{
    json::object members{{"name", server.name},
                         {"created_by", server.created_by},
                         {"expires_at", time_or_null(server.expires_at)},
                         {"integrated_account_id", id_or_null(server.account)},
                         {"config", config_json(server.config)}};
    if (!server.account) {
        members["tenant_id"] = server.tenant_id;
        members["integrations"] = json::array_of(server.integrations);
    }
    return members;
}

/// What a change may write. A new server has more.
RowValues changeable_values_of(McpServer const& server)
{
    return RowValues()
        .text("name", server.name)
        .json("config", config_json(server.config))
        .texts("integrations", server.integrations)
        .time("expires_at", server.expires_at);
}

void schedule_expiry(pqxx::work& transaction, McpServer const& server)
{
    constexpr auto kKind = mcp::kExpiryJob;
    if (server.expires_at)
        schedule(transaction, kKind, server.environment, server.id.uuid(), *server.expires_at);
    else
        unschedule(transaction, kKind, server.environment, server.id.uuid());
}

std::vector<IntegratedAccountId> account_ids_of(pqxx::work& transaction, McpServer const& server, std::size_t most)
{
    if (server.account)
        return {*server.account};
    std::vector<IntegratedAccountId> accounts;
    for (auto const& row : transaction.exec_params(kAccountsOf, sql_id(server.environment), server.tenant_id,
                                                   sql_json(json::array_of(server.integrations)), most))
        accounts.push_back(id_in<IntegratedAccountId>(row["id"]));
    return accounts;
}

class PgServers final : public ServerRepository {
public:
    explicit PgServers(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<McpServer>> create(McpServer server, crypto::TokenHash hash, tenancy::Author author,
                                   Deadline deadline) override
    {
        auto const environment = server.environment;
        server.id = McpServerId{uuid_v7(backend_.clock.now())};
        ChangingQuery<McpServer> query = [server = std::move(server), hash, &backend = backend_](
                                             pqxx::work& transaction, Changes& changes) -> Result<McpServer> {
            if (server.account &&
                transaction.exec_params(kHoldAccount, sql_id(server.environment), sql_id(*server.account)).empty())
                return not_found("integrated account");
            auto values = changeable_values_of(server);
            values.id("integrated_account_id", server.account)
                .text("tenant_id", server.account ? std::nullopt : std::optional(server.tenant_id))
                .text("created_by", server.created_by);
            auto const made = write_row(transaction, kInsert, {sql_id(server.environment), sql_id(server.id)}, values);
            if (auto const admitted =
                    check_quota(transaction, backend, server.environment, tenancy::Quota::mcp_servers);
                !admitted)
                return admitted.error();
            // An account's own part of its tools is kept up to date as long as a server shows them.
            for (auto const& account : account_ids_of(transaction, server, kMostAccounts))
                schedule_sooner(transaction, toolcalls::kSchemaJob, server.environment, account.uuid(),
                                backend.clock.now() + kFirstLook);
            add_secret(transaction, "mcp", hash, server.id.uuid());
            schedule_expiry(transaction, server);
            changes.audit({"mcp_server.create", server.id.str(), std::nullopt, audited(server)});
            return server_in(made[0]);
        };
        co_return co_await transact_change<McpServer>(backend_, environment, std::move(author), deadline,
                                                      std::move(query));
    }

    Task<Result<McpServer>> find(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                 Deadline deadline) override
    {
        pg::Query<McpServer> query = [environment, owner, id](pqxx::work& transaction) -> Result<McpServer> {
            auto const rows = transaction.exec_params(kFind, sql_id(environment), sql_id(owner), sql_id(id));
            return only_row<McpServer>(rows, "MCP server", server_in);
        };
        co_return co_await backend_.pool.transact<McpServer>(environment, deadline, std::move(query));
    }

    Task<Result<tenancy::Page<McpServer>>> list(EnvironmentId environment, ServerOwner owner, tenancy::ListQuery list,
                                                Deadline deadline) override
    {
        if (owner)
            list.conditions.push_back({"integrated_account_id", tenancy::Condition::Operator::eq, {owner->str()}});
        return list_rows<McpServer>(backend_.pool, environment, {owner ? kList : kListOfTenants, "s.id", kFields},
                                    std::move(list), server_in, deadline);
    }

    Task<Result<McpServer>> update(EnvironmentId environment, ServerOwner owner, McpServerId id, ServerChange change,
                                   tenancy::Author author, Deadline deadline) override
    {
        ChangingQuery<McpServer> query = [environment, owner, id, change = std::move(change)](
                                             pqxx::work& transaction, Changes& changes) -> Result<McpServer> {
            auto const rows = transaction.exec_params(kLock, sql_id(environment), sql_id(owner), sql_id(id));
            if (rows.empty())
                return not_found("MCP server");
            auto server = server_in(rows[0]);
            auto before = audited(server);
            if (auto const changed = change(server); !changed)
                return changed.error();
            auto const written =
                write_row(transaction, kUpdate, {sql_id(environment), sql_id(id)}, changeable_values_of(server));
            schedule_expiry(transaction, server);
            changes.add(change_of(server));
            changes.audit(tenancy::difference("mcp_server.update", id.str(), std::move(before), audited(server)));
            return server_in(written[0]);
        };
        co_return co_await transact_change<McpServer>(backend_, environment, std::move(author), deadline,
                                                      std::move(query));
    }

    Task<Result<McpServer>> rotate_token(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                         crypto::TokenHash hash, Timestamp old_end, tenancy::Author author,
                                         Deadline deadline) override
    {
        ChangingQuery<McpServer> query = [=](pqxx::work& transaction, Changes& changes) -> Result<McpServer> {
            auto const rows = transaction.exec_params(kLock, sql_id(environment), sql_id(owner), sql_id(id));
            if (rows.empty())
                return not_found("MCP server");
            auto server = server_in(rows[0]);
            end_secrets(transaction, id.uuid(), old_end);
            add_secret(transaction, "mcp", hash, id.uuid());
            changes.add(change_of(server));
            changes.audit({"mcp_server.rotate_token", id.str(), std::nullopt,
                           json::object{{"previous_token_ends_at", to_rfc3339(old_end)}}});
            return server;
        };
        co_return co_await transact_change<McpServer>(backend_, environment, std::move(author), deadline,
                                                      std::move(query));
    }

    Task<Result<McpServer>> remove(EnvironmentId environment, ServerOwner owner, McpServerId id, tenancy::Author author,
                                   Deadline deadline) override
    {
        ChangingQuery<McpServer> query = [environment, owner, id](pqxx::work& transaction,
                                                                  Changes& changes) -> Result<McpServer> {
            auto const rows = transaction.exec_params(kDelete, sql_id(environment), sql_id(owner), sql_id(id));
            if (rows.empty())
                return not_found("MCP server");
            auto server = server_in(rows[0]);
            unschedule(transaction, mcp::kExpiryJob, environment, id.uuid());
            changes.add(change_of(server));
            changes.audit({"mcp_server.delete", id.str(), audited(server), std::nullopt});
            return server;
        };
        co_return co_await transact_change<McpServer>(backend_, environment, std::move(author), deadline,
                                                      std::move(query));
    }

    Task<Result<bool>> remove_expired(EnvironmentId environment, McpServerId id, Deadline deadline) override
    {
        ChangingQuery<bool> query = [environment, id](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            // A server whose time was moved meanwhile stays.
            auto const rows = transaction.exec_params(kDeleteExpired, sql_id(environment), sql_id(id));
            if (!rows.empty())
                changes.add(change_of(server_in(rows[0])));
            return !rows.empty();
        };
        co_return co_await transact_change<bool>(backend_, environment, deadline, std::move(query));
    }

    Task<Result<std::vector<IntegratedAccountId>>> accounts_of(McpServer server, Deadline deadline) override
    {
        using Ids = std::vector<IntegratedAccountId>;
        auto const environment = server.environment;
        pg::Query<Ids> query = [server = std::move(server)](pqxx::work& transaction) -> Result<Ids> {
            return account_ids_of(transaction, server, kMostAccounts + 1);
        };
        co_return co_await backend_.pool.transact<Ids>(environment, deadline, std::move(query));
    }

    Task<Result<ServerState>> resolve(std::vector<crypto::TokenHash> candidates, Deadline deadline) override
    {
        pg::Query<ServerState> query = [candidates = std::move(candidates),
                                        &keyring = backend_.keyring](pqxx::work& transaction) -> Result<ServerState> {
            static std::string const kResolve =
                with_secret("SELECT " + account_sql().columns + ", " + kServerColumns + ", " + kSecretEnd + ' ' +
                            kOfSecret + account_sql().joins + kOfSecretEnd);
            // Prepared: to plan so many joins takes longer than to run them.
            transaction.conn().prepare("resolve_mcp_server", kResolve);
            auto const rows =
                transaction.exec_prepared("resolve_mcp_server", "mcp", digests_of(candidates), kMostAccounts);
            if (rows.empty())
                return not_found("MCP server");
            ServerState state{.server = server_in(rows[0]),
                              .accounts = {},
                              .token_ends_at = optional_time_in(rows[0]["secret_ends_at"])};
            AccountRows accounts(keyring);
            for (auto const& row : rows) {
                if (row["id"].is_null())
                    continue;
                auto account = accounts.state(row);
                if (!account && state.server.account)
                    return account.error();
                // One account, whose key was shredded for example, does not take the others along.
                if (account)
                    state.accounts.push_back(*std::move(account));
                else
                    state.is_incomplete = true;
            }
            if (state.server.account && state.accounts.empty())
                return not_found("MCP server");
            return state;
        };
        co_return co_await backend_.pool.lookup<ServerState>(deadline, std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<mcp::ServerRepository> make_servers(Backend const& backend)
{
    return std::make_unique<PgServers>(backend);
}

} // namespace sluice::store
