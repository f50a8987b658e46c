#include "account_rows.hpp"
#include "changes.hpp"
#include "job_queue.hpp"
#include "list_sql.hpp"
#include "make_repositories.hpp"
#include "rows.hpp"
#include "secrets.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace mcp;

#define SLUICE_COLUMNS                                                                                                 \
    "id, environment_id, integrated_account_id, name, config, created_by, "                                            \
    "(extract(epoch FROM expires_at) * 1000000)::bigint, (extract(epoch FROM created_at) * 1000000)::bigint, "         \
    "(extract(epoch FROM updated_at) * 1000000)::bigint, tenant_id, to_jsonb(integrations)"
constexpr char kInsert[] =
    "INSERT INTO mcp_servers (environment_id, id, integrated_account_id, tenant_id, integrations, name, config, "
    "created_by, expires_at) VALUES ($1, $2, $3, $4, ARRAY(SELECT jsonb_array_elements_text($5::jsonb)), $6, "
    "$7::jsonb, $8, to_timestamp($9::double precision / 1000000)) RETURNING " SLUICE_COLUMNS;
// Held until the row that refers to it is there.
constexpr char kHoldAccount[] = "SELECT 1 FROM integrated_accounts WHERE environment_id = $1 AND id = $2 FOR KEY SHARE";
// No account: a tenant's server.
constexpr char kFind[] = "SELECT " SLUICE_COLUMNS " FROM mcp_servers "
                         "WHERE environment_id = $1 AND integrated_account_id IS NOT DISTINCT FROM $2 AND id = $3";
// The server of a secret and its accounts, the oldest first, in one query: a row for each, or one without account.
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
constexpr char kServerColumns[] =
    ", s.id, s.environment_id, s.integrated_account_id, s.name, s.config, s.created_by, "
    "(extract(epoch FROM s.expires_at) * 1000000)::bigint, (extract(epoch FROM s.created_at) * 1000000)::bigint, "
    "(extract(epoch FROM s.updated_at) * 1000000)::bigint, s.tenant_id, to_jsonb(s.integrations), ";
constexpr char kLock[] =
    "SELECT " SLUICE_COLUMNS " FROM mcp_servers "
    "WHERE environment_id = $1 AND integrated_account_id IS NOT DISTINCT FROM $2 AND id = $3 FOR UPDATE";
constexpr char kUpdate[] =
    "UPDATE mcp_servers SET name = $3, config = $4::jsonb, expires_at = to_timestamp($5::double precision / 1000000), "
    "integrations = ARRAY(SELECT jsonb_array_elements_text($6::jsonb)), "
    "updated_at = now() WHERE environment_id = $1 AND id = $2 RETURNING " SLUICE_COLUMNS;
constexpr char kDelete[] = "DELETE FROM mcp_servers WHERE environment_id = $1 "
                           "AND integrated_account_id IS NOT DISTINCT FROM $2 AND id = $3 RETURNING " SLUICE_COLUMNS;
constexpr char kDeleteExpired[] = "DELETE FROM mcp_servers WHERE environment_id = $1 AND id = $2 "
                                  "AND expires_at <= now() RETURNING " SLUICE_COLUMNS;
// The account is in the path of the request, so it is in the text of the query.
constexpr char kList[] = "SELECT " SLUICE_COLUMNS " FROM mcp_servers WHERE integrated_account_id IS NOT NULL";
constexpr char kListOfTenants[] = "SELECT " SLUICE_COLUMNS " FROM mcp_servers WHERE integrated_account_id IS NULL";
// Ids are in order of time, so the oldest come first.
constexpr char kAccountsOf[] =
    "SELECT a.id FROM integrated_accounts a "
    "JOIN environment_integrations e ON e.environment_id = a.environment_id AND e.id = a.environment_integration_id "
    "JOIN integrations i ON i.id = e.integration_id "
    "WHERE a.environment_id = $1 AND a.tenant_id = $2 AND ($3::jsonb = '[]' OR $3::jsonb ? i.name) "
    "ORDER BY a.id LIMIT $4";
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
    server.id = id_in<McpServerId>(row[0]);
    server.environment = id_in<EnvironmentId>(row[1]);
    if (!row[2].is_null())
        server.account = id_in<IntegratedAccountId>(row[2]);
    server.tenant_id = text_in(row[9]).value_or("");
    server.integrations = json::texts_in(json_in(row[10]));
    server.name = row[3].c_str();
    server.config = config_in(object_in(row[4]));
    server.created_by = row[5].c_str();
    server.expires_at = optional_time_in(row[6]);
    server.created_at = time_in(row[7]);
    server.updated_at = time_in(row[8]);
    return server;
}

void schedule_expiry(pqxx::work& transaction, McpServer const& server)
{
    constexpr auto kKind = mcp::kExpiryJob;
    if (server.expires_at)
        schedule(transaction, kKind, server.environment, server.id.uuid(), *server.expires_at);
    else
        unschedule(transaction, kKind, server.environment, server.id.uuid());
}

std::optional<std::string> sql_owner(ServerOwner const& owner)
{
    return owner ? std::optional(sql_id(*owner)) : std::nullopt;
}

std::vector<IntegratedAccountId> account_ids_of(pqxx::work& transaction, McpServer const& server, std::size_t most)
{
    if (server.account)
        return {*server.account};
    std::vector<IntegratedAccountId> accounts;
    for (auto const& row : transaction.exec_params(kAccountsOf, sql_id(server.environment), server.tenant_id,
                                                   sql_json(json::array_of(server.integrations)), most))
        accounts.push_back(id_in<IntegratedAccountId>(row[0]));
    return accounts;
}

class PgServers final : public ServerRepository {
public:
    explicit PgServers(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<McpServer>> create(McpServer server, crypto::TokenHash hash, Deadline deadline) override
    {
        auto const environment = server.environment;
        server.id = McpServerId{uuid_v7(backend_.clock.now())};
        pg::Query<McpServer> query = [server = std::move(server), hash,
                                      &clock = backend_.clock](pqxx::work& transaction) -> Result<McpServer> {
            if (server.account &&
                transaction.exec_params(kHoldAccount, sql_id(server.environment), sql_id(*server.account)).empty())
                return not_found("integrated account");
            auto const made = transaction.exec_params1(
                kInsert, sql_id(server.environment), sql_id(server.id), sql_owner(server.account),
                server.account ? std::nullopt : std::optional(server.tenant_id),
                sql_json(json::array_of(server.integrations)), server.name, sql_json(config_json(server.config)),
                server.created_by, sql_time(server.expires_at));
            // An account's own part of its tools is kept up to date as long as a server shows them.
            for (auto const& account : account_ids_of(transaction, server, kMostAccounts))
                schedule_sooner(transaction, toolcalls::kSchemaJob, server.environment, account.uuid(),
                                clock.now() + kFirstLook);
            add_secret(transaction, "mcp", hash, server.id.uuid());
            schedule_expiry(transaction, server);
            return server_in(made);
        };
        co_return co_await backend_.pool.transact<McpServer>(environment, deadline, std::move(query));
    }

    Task<Result<McpServer>> find(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                 Deadline deadline) override
    {
        pg::Query<McpServer> query = [environment, owner, id](pqxx::work& transaction) -> Result<McpServer> {
            auto const rows = transaction.exec_params(kFind, sql_id(environment), sql_owner(owner), sql_id(id));
            if (rows.empty())
                return not_found("MCP server");
            return server_in(rows[0]);
        };
        co_return co_await backend_.pool.transact<McpServer>(environment, deadline, std::move(query));
    }

    Task<Result<tenancy::Page<McpServer>>> list(EnvironmentId environment, ServerOwner owner, tenancy::ListQuery list,
                                                Deadline deadline) override
    {
        using ListPage = tenancy::Page<McpServer>;
        if (owner)
            list.conditions.push_back({"integrated_account_id", tenancy::Condition::Operator::eq, {owner->str()}});
        pg::Query<ListPage> query = [is_tenants = !owner,
                                     list = std::move(list)](pqxx::work& transaction) -> Result<ListPage> {
            auto const rows = run_list(transaction, is_tenants ? kListOfTenants : kList, "id", kFields, list);
            if (!rows)
                return rows.error();
            std::vector<McpServer> items;
            for (auto const& row : *rows)
                items.push_back(server_in(row));
            return page_of(std::move(items), list);
        };
        co_return co_await backend_.pool.transact<ListPage>(environment, deadline, std::move(query));
    }

    Task<Result<McpServer>> update(EnvironmentId environment, ServerOwner owner, McpServerId id, ServerChange change,
                                   Deadline deadline) override
    {
        ChangingQuery<McpServer> query = [environment, owner, id, change = std::move(change)](
                                             pqxx::work& transaction, Changes& changes) -> Result<McpServer> {
            auto const rows = transaction.exec_params(kLock, sql_id(environment), sql_owner(owner), sql_id(id));
            if (rows.empty())
                return not_found("MCP server");
            auto server = server_in(rows[0]);
            if (auto const changed = change(server); !changed)
                return changed.error();
            auto const row = transaction.exec_params1(kUpdate, sql_id(environment), sql_id(id), server.name,
                                                      sql_json(config_json(server.config)), sql_time(server.expires_at),
                                                      sql_json(json::array_of(server.integrations)));
            schedule_expiry(transaction, server);
            changes.add(change_of(server));
            return server_in(row);
        };
        co_return co_await transact_change<McpServer>(backend_, environment, deadline, std::move(query));
    }

    Task<Result<McpServer>> rotate_token(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                         crypto::TokenHash hash, Timestamp old_end, Deadline deadline) override
    {
        ChangingQuery<McpServer> query = [=](pqxx::work& transaction, Changes& changes) -> Result<McpServer> {
            auto const rows = transaction.exec_params(kLock, sql_id(environment), sql_owner(owner), sql_id(id));
            if (rows.empty())
                return not_found("MCP server");
            auto server = server_in(rows[0]);
            end_secrets(transaction, id.uuid(), old_end);
            add_secret(transaction, "mcp", hash, id.uuid());
            changes.add(change_of(server));
            return server;
        };
        co_return co_await transact_change<McpServer>(backend_, environment, deadline, std::move(query));
    }

    Task<Result<McpServer>> remove(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                   Deadline deadline) override
    {
        ChangingQuery<McpServer> query = [environment, owner, id](pqxx::work& transaction,
                                                                  Changes& changes) -> Result<McpServer> {
            auto const rows = transaction.exec_params(kDelete, sql_id(environment), sql_owner(owner), sql_id(id));
            if (rows.empty())
                return not_found("MCP server");
            auto server = server_in(rows[0]);
            unschedule(transaction, mcp::kExpiryJob, environment, id.uuid());
            changes.add(change_of(server));
            return server;
        };
        co_return co_await transact_change<McpServer>(backend_, environment, deadline, std::move(query));
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
                with_secret("SELECT " + account_sql().columns + kServerColumns + kSecretEnd + ' ' + kOfSecret +
                            account_sql().joins + kOfSecretEnd);
            // Prepared: to plan so many joins takes longer than to run them.
            transaction.conn().prepare("resolve_mcp_server", kResolve);
            auto const rows =
                transaction.exec_prepared("resolve_mcp_server", "mcp", digests_of(candidates), kMostAccounts);
            if (rows.empty())
                return not_found("MCP server");
            auto const end = static_cast<pqxx::row::size_type>(rows.columns() - 1);
            constexpr pqxx::row::size_type kColumns = 11;
            ServerState state{.server = server_in(rows[0].slice(end - kColumns, end)),
                              .accounts = {},
                              .token_ends_at = optional_time_in(rows[0][end])};
            AccountRows accounts(keyring);
            for (auto const& row : rows) {
                if (row[0].is_null())
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
