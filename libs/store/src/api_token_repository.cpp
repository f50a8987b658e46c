#include "changes.hpp"
#include "list_sql.hpp"
#include "make_repositories.hpp"
#include "rows.hpp"
#include "secrets.hpp"

#include <fmt/format.h>

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace tenancy;
using snapshots::Change;

#define SLUICE_COLUMNS                                                                                                 \
    "id, environment_id, name, (extract(epoch FROM expires_at) * 1000000)::bigint, "                                   \
    "(extract(epoch FROM created_at) * 1000000)::bigint, mcp_only"
constexpr char kInsert[] = "INSERT INTO api_tokens (environment_id, id, name, expires_at, mcp_only) "
                           "VALUES ($1, $2, $3, to_timestamp($4::double precision / 1000000), $5) "
                           "ON CONFLICT (environment_id, name) DO NOTHING RETURNING " SLUICE_COLUMNS;
constexpr char kFind[] = "SELECT " SLUICE_COLUMNS " FROM api_tokens WHERE environment_id = $1 AND id = $2";
constexpr char kFindOwner[] = "SELECT " SLUICE_COLUMNS " FROM api_tokens WHERE environment_id = f.environment_id "
                              "AND id = f.owner_id";
constexpr char kFindByName[] = "SELECT " SLUICE_COLUMNS " FROM api_tokens WHERE environment_id = $1 AND name = $2";
constexpr char kDeleteByName[] = "DELETE FROM api_tokens WHERE environment_id = $1 AND name = $2 "
                                 "RETURNING id, (extract(epoch FROM expires_at) * 1000000)::bigint, mcp_only";
constexpr char kList[] = "SELECT " SLUICE_COLUMNS " FROM api_tokens WHERE true";
#undef SLUICE_COLUMNS

constexpr ListField kFields[] = {
    {"name", "name", ListField::Kind::text},
    {"created_at", "created_at", ListField::Kind::time},
    {"expires_at", "expires_at", ListField::Kind::time},
};

ApiToken token_in(pqxx::row const& row)
{
    return {id_in<ApiTokenId>(row[0]),
            id_in<EnvironmentId>(row[1]),
            row[2].c_str(),
            optional_time_in(row[3]),
            time_in(row[4]),
            row[5].as<bool>()};
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
            auto const old = transaction.exec_params(kDeleteByName, sql_id(environment), name);
            if (old.empty())
                return not_found("API token");
            changes.add({Change::Kind::api_token, environment, uuid_in(old[0][0])});
            return insert(transaction, environment, id, name, old[0][2].as<bool>(), optional_time_in(old[0][1]), hash);
        };
        co_return co_await transact_change<ApiToken>(backend_, environment, deadline, std::move(query));
    }

    Task<Result<ApiToken>> find_by_name(EnvironmentId environment, std::string name, Deadline deadline) override
    {
        pg::Query<ApiToken> query = [environment, name = std::move(name)](pqxx::work& transaction) -> Result<ApiToken> {
            auto const rows = transaction.exec_params(kFindByName, sql_id(environment), name);
            return rows.empty() ? Result<ApiToken>(not_found("API token")) : token_in(rows[0]);
        };
        co_return co_await backend_.pool.transact<ApiToken>(environment, deadline, std::move(query));
    }

    Task<Result<ApiToken>> find(EnvironmentId environment, ApiTokenId id, Deadline deadline) override
    {
        pg::Query<ApiToken> query = [environment, id](pqxx::work& transaction) -> Result<ApiToken> {
            auto const rows = transaction.exec_params(kFind, sql_id(environment), sql_id(id));
            return rows.empty() ? Result<ApiToken>(not_found("API token")) : token_in(rows[0]);
        };
        co_return co_await backend_.pool.transact<ApiToken>(environment, deadline, std::move(query));
    }

    Task<Result<Page<ApiToken>>> list(EnvironmentId environment, ListQuery list, Deadline deadline) override
    {
        pg::Query<Page<ApiToken>> query = [list = std::move(list)](pqxx::work& transaction) -> Result<Page<ApiToken>> {
            auto const rows = run_list(transaction, kList, "id", kFields, list);
            if (!rows)
                return rows.error();
            std::vector<ApiToken> items;
            for (auto const& row : *rows)
                items.push_back(token_in(row));
            return page_of(std::move(items), list);
        };
        co_return co_await backend_.pool.transact<Page<ApiToken>>(environment, deadline, std::move(query));
    }

    Task<Result<ApiToken>> resolve(std::vector<crypto::TokenHash> candidates, Deadline deadline) override
    {
        pg::Query<ApiToken> query = [candidates = std::move(candidates)](pqxx::work& transaction) -> Result<ApiToken> {
            static std::string const kResolve = with_secret(kFindOwner);
            auto const rows = transaction.exec_params(kResolve, "api", digests_of(candidates));
            return rows.empty() ? Result<ApiToken>(not_found("API token")) : token_in(rows[0]);
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
