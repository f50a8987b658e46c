#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/list_sql.hpp"
#include "core/queries.hpp"
#include "core/quota_rows.hpp"
#include "core/row_values.hpp"
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
    "id, environment_id, name, mcp_only, to_json(scopes) AS scopes, to_json(addresses) AS addresses, created_by, "     \
    "(extract(epoch FROM expires_at) * 1000000)::bigint AS expires_at, "                                               \
    "(extract(epoch FROM created_at) * 1000000)::bigint AS created_at"
constexpr char kInsert[] = "INSERT INTO api_tokens ({columns}) VALUES ({values}) "
                           "ON CONFLICT (environment_id, name) DO NOTHING RETURNING " SLUICE_COLUMNS;
constexpr char kUpdate[] = "UPDATE api_tokens SET {assignments} WHERE environment_id = $1 AND id = $2 "
                           "RETURNING " SLUICE_COLUMNS;
constexpr char kIsTaken[] = "SELECT FROM api_tokens WHERE environment_id = $1 AND name = $2 AND id <> $3";
constexpr char kDelete[] = "DELETE FROM api_tokens WHERE environment_id = $1 AND id = $2 RETURNING " SLUICE_COLUMNS;
constexpr char kFind[] = "SELECT " SLUICE_COLUMNS " FROM api_tokens WHERE environment_id = $1 AND id = $2";
constexpr char kLock[] = "SELECT " SLUICE_COLUMNS " FROM api_tokens WHERE environment_id = $1 AND id = $2 FOR UPDATE";
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
    token.scopes = json::texts_in(json_in(row["scopes"]));
    token.addresses = json::texts_in(json_in(row["addresses"]));
    token.created_by = row["created_by"].c_str();
    // What a newer replica wrote and this one cannot read allows nothing.
    token.permissions = permissions_of_scopes(token.scopes).value_or(Permissions{});
    token.networks = http::Networks::parse(token.addresses).value_or(http::Networks{});
    return token;
}

json::object audited(ApiToken const& token)
{
    return {{"name", token.name},
            {"scopes", json::array_of(token.scopes)},
            {"addresses", json::array_of(token.addresses)},
            {"mcp_only", token.is_mcp_only},
            {"expires_at", time_or_null(token.expires_at)}};
}

Error name_taken(std::string_view name)
{
    return {ErrorCode::conflict, fmt::format("There is an API token named {} already.", name)};
}

Result<ApiToken> insert(pqxx::work& transaction, EnvironmentId environment, ApiTokenId id, NewApiToken const& token,
                        crypto::TokenHash const& hash)
{
    RowValues row;
    row.id("environment_id", environment)
        .id("id", id)
        .text("name", token.name)
        .texts("scopes", token.scopes)
        .texts("addresses", token.addresses)
        .time("expires_at", token.expires_at)
        .flag("mcp_only", token.is_mcp_only)
        .text("created_by", token.created_by);
    auto const made = write_row(transaction, kInsert, {}, row);
    if (made.empty())
        return name_taken(token.name);
    add_secret(transaction, "api", hash, id.uuid());
    return token_in(made[0]);
}

class PgApiTokens final : public ApiTokenRepository {
public:
    explicit PgApiTokens(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<ApiToken>> create(EnvironmentId environment, NewApiToken token, crypto::TokenHash hash, Author author,
                                  Deadline deadline) override
    {
        ChangingQuery<ApiToken> query =
            [environment, id = ApiTokenId{uuid_v7(backend_.clock.now())}, token = std::move(token), hash,
             &backend = backend_](pqxx::work& transaction, Changes& changes) -> Result<ApiToken> {
            auto made = insert(transaction, environment, id, token, hash);
            if (!made)
                return made;
            changes.audit({"api_token.create", id.str(), std::nullopt, audited(*made)});
            auto const admitted = check_quota(transaction, backend, environment, Quota::api_tokens);
            return admitted ? made : Result<ApiToken>(admitted.error());
        };
        co_return co_await transact_change<ApiToken>(backend_, environment, std::move(author), deadline,
                                                     std::move(query));
    }

    Task<Result<ApiToken>> replace_secret(EnvironmentId environment, std::string name, crypto::TokenHash hash,
                                          Author author, Deadline deadline) override
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
            auto made =
                insert(transaction, environment, id,
                       {name, old->scopes, old->addresses, old->expires_at, old->is_mcp_only, old->created_by}, hash);
            if (made)
                changes.audit({"api_token.replace_secret", old->id.str(), json::object{{"id", old->id.str()}},
                               json::object{{"id", id.str()}}});
            return made;
        };
        co_return co_await transact_change<ApiToken>(backend_, environment, std::move(author), deadline,
                                                     std::move(query));
    }

    Task<Result<ApiToken>> update(EnvironmentId environment, ApiTokenId id, ApiTokenChange change, Author author,
                                  Deadline deadline) override
    {
        ChangingQuery<ApiToken> query = [environment, id, change = std::move(change)](
                                            pqxx::work& transaction, Changes& changes) -> Result<ApiToken> {
            auto const rows = transaction.exec_params(kLock, sql_id(environment), sql_id(id));
            auto const old = only_row<ApiToken>(rows, "API token", token_in);
            if (!old)
                return old.error();
            auto const name = change.name.value_or(old->name);
            if (!transaction.exec_params(kIsTaken, sql_id(environment), name, sql_id(id)).empty())
                return name_taken(name);
            RowValues row;
            row.text("name", name)
                .texts("scopes", change.scopes.value_or(old->scopes))
                .texts("addresses", change.addresses.value_or(old->addresses))
                .time("expires_at", change.expires_at.value_or(old->expires_at));
            auto changed = token_in(write_row(transaction, kUpdate, {sql_id(environment), sql_id(id)}, row)[0]);
            changes.add({Change::Kind::api_token, environment, id.uuid()});
            changes.audit(difference("api_token.update", id.str(), audited(*old), audited(changed)));
            return changed;
        };
        co_return co_await transact_change<ApiToken>(backend_, environment, std::move(author), deadline,
                                                     std::move(query));
    }

    Task<Result<void>> remove(EnvironmentId environment, ApiTokenId id, Author author, Deadline deadline) override
    {
        ChangingQuery<bool> query = [environment, id](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            auto const rows = transaction.exec_params(kDelete, sql_id(environment), sql_id(id));
            auto const old = only_row<ApiToken>(rows, "API token", token_in);
            if (!old)
                return old.error();
            changes.add({Change::Kind::api_token, environment, id.uuid()});
            changes.audit({"api_token.delete", id.str(), audited(*old), std::nullopt});
            return true;
        };
        return without_value(
            transact_change<bool>(backend_, environment, std::move(author), deadline, std::move(query)));
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
