#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/list_sql.hpp"
#include "core/queries.hpp"
#include "core/rows.hpp"
#include "core/secrets.hpp"
#include "make_repositories.hpp"
#include "tenancy/tenancy.hpp"

#include <fmt/format.h>

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace tenancy;
using snapshots::Change;

#define SLUICE_COLUMNS                                                                                                 \
    "id, environment_id, name, mcp_only, (extract(epoch FROM expires_at) * 1000000)::bigint AS expires_at, "           \
    "(extract(epoch FROM created_at) * 1000000)::bigint AS created_at"
constexpr char kInsert[] = "INSERT INTO api_tokens (environment_id, id, name, expires_at, mcp_only) "
                           "VALUES ($1, $2, $3, to_timestamp($4::double precision / 1000000), $5) "
                           "ON CONFLICT (environment_id, name) DO NOTHING RETURNING " SLUICE_COLUMNS;
constexpr char kFind[] = "SELECT " SLUICE_COLUMNS " FROM api_tokens WHERE environment_id = $1 AND id = $2";
constexpr char kFindOwner[] = "SELECT " SLUICE_COLUMNS " FROM api_tokens WHERE environment_id = f.environment_id "
                              "AND id = f.owner_id";
constexpr char kFindByName[] = "SELECT " SLUICE_COLUMNS " FROM api_tokens WHERE environment_id = $1 AND name = $2";
constexpr char kDeleteByName[] =
    "DELETE FROM api_tokens WHERE environment_id = $1 AND name = $2 RETURNING " SLUICE_COLUMNS;
constexpr char kList[] = "SELECT " SLUICE_COLUMNS " FROM api_tokens WHERE true";
#undef SLUICE_COLUMNS

constexpr ListField kFields[] = {
    {"name", "name", ListField::Kind::text},
    {"created_at", "created_at", ListField::Kind::time},
    {"expires_at", "expires_at", ListField::Kind::time},
};

ApiToken token_in(pqxx::row const& row)
{
    ApiToken token;
    token.id = id_in<ApiTokenId>(row["id"]);
    token.environment = id_in<EnvironmentId>(row["environment_id"]);
    token.name = row["name"].c_str();
    token.expires_at = optional_time_in(row["expires_at"]);
    token.created_at = time_in(row["created_at"]);
    token.is_mcp_only = row["mcp_only"].as<bool>();
    return token;
}

Result<ApiToken> insert(pqxx::work& transaction, EnvironmentId environment, ApiTokenId id, std::string const& name,
                        bool is_mcp_only, std::optional<Timestamp> expires_at, crypto::TokenHash const& hash)
{
    auto const made =
        transaction.exec_params(kInsert, sql_id(environment), sql_id(id), name, sql_time(expires_at), is_mcp_only);
    if (made.empty())
        return Error{ErrorCode::conflict, fmt::format("There is an API token named {} already.", name)};
    add_secret(transaction, "api", hash, id.uuid());
    return token_in(made[0]);
}

class PgApiTokens final : public ApiTokenRepository {
public:
    explicit PgApiTokens(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<ApiToken>> create(EnvironmentId environment, std::string name, bool is_mcp_only, crypto::TokenHash hash,
                                  std::optional<Timestamp> expires_at, Deadline deadline) override
    {
        pg::Query<ApiToken> query = [environment, id = ApiTokenId{uuid_v7(backend_.clock.now())},
                                     name = std::move(name), is_mcp_only, hash, expires_at](pqxx::work& transaction) {
            return insert(transaction, environment, id, name, is_mcp_only, expires_at, hash);
        };
        co_return co_await backend_.pool.transact<ApiToken>(environment, deadline, std::move(query));
    }

    Task<Result<ApiToken>> replace_secret(EnvironmentId environment, std::string name, crypto::TokenHash hash,
                                          Deadline deadline) override
    {
        // A new row with a new id: whoever holds the old one has it no longer, on every replica.
        ChangingQuery<ApiToken> query = [environment, id = ApiTokenId{uuid_v7(backend_.clock.now())},
                                         name = std::move(name),
                                         hash](pqxx::work& transaction, Changes& changes) -> Result<ApiToken> {
            auto const rows = transaction.exec_params(kDeleteByName, sql_id(environment), name);
            auto const old = only_row<ApiToken>(rows, "API token", token_in);
            if (!old)
                return old.error();
            changes.add({Change::Kind::api_token, environment, old->id.uuid()});
            return insert(transaction, environment, id, name, old->is_mcp_only, old->expires_at, hash);
        };
        co_return co_await transact_change<ApiToken>(backend_, environment, deadline, std::move(query));
    }

    Task<Result<ApiToken>> find_by_name(EnvironmentId environment, std::string name, Deadline deadline) override
    {
        pg::Query<ApiToken> query = [environment, name = std::move(name)](pqxx::work& transaction) -> Result<ApiToken> {
            auto const rows = transaction.exec_params(kFindByName, sql_id(environment), name);
            return only_row<ApiToken>(rows, "API token", token_in);
        };
        co_return co_await backend_.pool.transact<ApiToken>(environment, deadline, std::move(query));
    }

    Task<Result<ApiToken>> find(EnvironmentId environment, ApiTokenId id, Deadline deadline) override
    {
        return find_row<ApiToken>(backend_.pool, environment, id, {kFind, "API token"}, token_in, deadline);
    }

    Task<Result<Page<ApiToken>>> list(EnvironmentId environment, ListQuery list, Deadline deadline) override
    {
        return list_rows<ApiToken>(backend_.pool, environment, {kList, "id", kFields}, std::move(list), token_in,
                                   deadline);
    }

    Task<Result<ApiToken>> resolve(std::vector<crypto::TokenHash> candidates, Deadline deadline) override
    {
        pg::Query<ApiToken> query = [candidates = std::move(candidates)](pqxx::work& transaction) -> Result<ApiToken> {
            static std::string const kResolve = with_secret(kFindOwner);
            auto const rows = transaction.exec_params(kResolve, "api", digests_of(candidates));
            return only_row<ApiToken>(rows, "API token", token_in);
        };
        co_return co_await backend_.pool.lookup<ApiToken>(deadline, std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<tenancy::ApiTokenRepository> make_api_tokens(Backend const& backend)
{
    return std::make_unique<PgApiTokens>(backend);
}

} // namespace sluice::store
