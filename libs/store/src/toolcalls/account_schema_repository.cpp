#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/queries.hpp"
#include "core/rows.hpp"
#include "make_repositories.hpp"
#include "toolcalls/account_schemas.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using toolcalls::AccountSchema;

constexpr char kFind[] = "SELECT records, marker, "
                         "(extract(epoch FROM loaded_at) * 1000000)::bigint AS loaded_at FROM account_schemas WHERE "
                         "environment_id = $1 AND integrated_account_id = $2";
// What was spent drains evenly; $4 is the bucket, $5 what leaves it in a second.
constexpr char kSpend[] =
    "INSERT INTO account_schemas AS s (environment_id, integrated_account_id, spent) VALUES ($1, $2, $3) "
    "ON CONFLICT (environment_id, integrated_account_id) DO UPDATE SET spent_at = now(), "
    "spent = greatest(0, s.spent - extract(epoch FROM now() - s.spent_at)::double precision * $5) + $3 "
    "WHERE greatest(0, s.spent - extract(epoch FROM now() - s.spent_at)::double precision * $5) + $3 <= $4 "
    "RETURNING spent";
constexpr char kStore[] =
    "WITH before AS (SELECT records FROM account_schemas WHERE environment_id = $1 AND integrated_account_id = $2) "
    "UPDATE account_schemas SET records = $3::jsonb, marker = $4, "
    "loaded_at = to_timestamp($5::double precision / 1000000) "
    "WHERE environment_id = $1 AND integrated_account_id = $2 "
    "RETURNING (SELECT records FROM before) IS DISTINCT FROM $3::jsonb AS is_changed";
// By a server of the account's own or of its tenant's.
constexpr char kIsShown[] =
    "SELECT EXISTS (SELECT 1 FROM mcp_servers WHERE environment_id = $1 AND integrated_account_id = $2 "
    "AND (expires_at IS NULL OR expires_at > now())) "
    "OR EXISTS (SELECT 1 FROM mcp_servers s JOIN integrated_accounts a ON a.environment_id = s.environment_id "
    "AND a.tenant_id = s.tenant_id WHERE s.environment_id = $1 AND a.id = $2 "
    "AND (s.expires_at IS NULL OR s.expires_at > now())) AS is_shown";
constexpr double kAtOnce = 0.25;

class PgAccountSchemas final : public toolcalls::SchemaRepository {
public:
    explicit PgAccountSchemas(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<AccountSchema>> find(EnvironmentId environment, IntegratedAccountId account, Deadline deadline) override
    {
        pg::Query<AccountSchema> query = [environment, account](pqxx::work& transaction) -> Result<AccountSchema> {
            auto const rows = transaction.exec_params(kFind, sql_id(environment), sql_id(account));
            if (rows.empty())
                return AccountSchema{};
            auto const row = rows[0];
            return AccountSchema{object_in(row["records"]), row["marker"].c_str(), optional_time_in(row["loaded_at"])};
        };
        co_return co_await backend_.pool.transact<AccountSchema>(environment, deadline, std::move(query));
    }

    Task<Result<void>> spend(EnvironmentId environment, IntegratedAccountId account, int calls, int per_hour,
                             Deadline deadline) override
    {
        pg::Query<bool> query = [=](pqxx::work& transaction) -> Result<bool> {
            auto const rows =
                transaction.exec_params(kSpend, sql_id(environment), sql_id(account), static_cast<double>(calls),
                                        per_hour * kAtOnce, per_hour * (1 - kAtOnce) / 3600);
            if (!rows.empty())
                return true;
            return Error{ErrorCode::rate_limited,
                         "This account was asked about its fields, people and tags often of late. What is known of "
                         "them goes on being shown; ask again in a few minutes."};
        };
        return without_value(backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

    Task<Result<bool>> store(EnvironmentId environment, IntegratedAccountId account, AccountSchema schema,
                             std::optional<tenancy::Author> author, Deadline deadline) override
    {
        ChangingQuery<bool> query = [environment, account, schema = std::move(schema)](
                                        pqxx::work& transaction, Changes& changes) -> Result<bool> {
            auto const rows =
                transaction.exec_params(kStore, sql_id(environment), sql_id(account), sql_json(schema.records),
                                        schema.marker, sql_time(schema.loaded_at));
            if (rows.empty())
                return not_found("integrated account");
            bool const is_changed = rows[0]["is_changed"].as<bool>();
            if (is_changed)
                changes.add({snapshots::Change::Kind::account, environment, account.uuid()});
            changes.audit({"integrated_account.refresh_schema", account.str(), std::nullopt,
                           json::object{{"is_changed", is_changed}}});
            return is_changed;
        };
        co_return co_await transact_change<bool>(backend_, environment, std::move(author), deadline, std::move(query));
    }

    Task<Result<bool>> is_shown(EnvironmentId environment, IntegratedAccountId account, Deadline deadline) override
    {
        pg::Query<bool> query = [environment, account](pqxx::work& transaction) -> Result<bool> {
            return transaction.exec_params1(kIsShown, sql_id(environment), sql_id(account))["is_shown"].as<bool>();
        };
        co_return co_await backend_.pool.transact<bool>(environment, deadline, std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<toolcalls::SchemaRepository> make_account_schemas(Backend const& backend)
{
    return std::make_unique<PgAccountSchemas>(backend);
}

} // namespace sluice::store
