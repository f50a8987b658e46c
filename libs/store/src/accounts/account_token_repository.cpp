#include "accounts/account_tokens.hpp"

#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/queries.hpp"
#include "core/quota_rows.hpp"
#include "core/rows.hpp"
#include "core/secrets.hpp"
#include "make_repositories.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using accounts::AccountToken;

constexpr char kDeleteExpired[] = "DELETE FROM account_tokens WHERE environment_id = $1 AND expires_at <= now()";
constexpr char kInsert[] = "INSERT INTO account_tokens (environment_id, id, integrated_account_id, expires_at) "
                           "SELECT $1, $2, a.id, to_timestamp($4::double precision / 1000000) "
                           "FROM integrated_accounts a WHERE a.environment_id = $1 AND a.id = $3 RETURNING id";
constexpr char kFindOwner[] = "SELECT environment_id, integrated_account_id, "
                              "(extract(epoch FROM expires_at) * 1000000)::bigint AS expires_at, "
                              "(SELECT link_origins FROM environments WHERE id = f.environment_id) AS link_origins "
                              "FROM account_tokens "
                              "WHERE environment_id = f.environment_id AND id = f.owner_id";

AccountToken token_in(pqxx::row const& row)
{
    return {id_in<EnvironmentId>(row["environment_id"]), id_in<IntegratedAccountId>(row["integrated_account_id"]),
            time_in(row["expires_at"]), json::texts_in(json_in(row["link_origins"]))};
}

class PgAccountTokens final : public accounts::AccountTokenRepository {
public:
    explicit PgAccountTokens(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<AccountToken>> create(AccountToken token, crypto::TokenHash hash, tenancy::Author author,
                                      Deadline deadline) override
    {
        ChangingQuery<AccountToken> query = [token, hash, id = uuid_v7(backend_.clock.now()), &backend = backend_](
                                                pqxx::work& transaction, Changes& changes) -> Result<AccountToken> {
            transaction.exec_params0(kDeleteExpired, sql_id(token.environment));
            auto const made = transaction.exec_params(kInsert, sql_id(token.environment), sql_id(id),
                                                      sql_id(token.account), sql_time(token.expires_at));
            if (made.empty())
                return not_found("integrated account");
            if (auto const admitted =
                    check_quota(transaction, backend, token.environment, tenancy::Quota::account_tokens);
                !admitted)
                return admitted.error();
            add_secret(transaction, "account", hash, id);
            // The token has no id of its own that anybody sees.
            changes.audit({"account_token.create", token.account.str(), std::nullopt,
                           json::object{{"expires_at", to_rfc3339(token.expires_at)}}});
            return token;
        };
        co_return co_await transact_change<AccountToken>(backend_, token.environment, std::move(author), deadline,
                                                         std::move(query));
    }

    Task<Result<AccountToken>> resolve(std::vector<crypto::TokenHash> candidates, Deadline deadline) override
    {
        pg::Query<AccountToken> query = [candidates =
                                             std::move(candidates)](pqxx::work& transaction) -> Result<AccountToken> {
            static std::string const kResolve = with_secret(kFindOwner);
            auto const rows = transaction.exec_params(kResolve, "account", digests_of(candidates));
            return only_row<AccountToken>(rows, "integrated-account token", token_in);
        };
        co_return co_await backend_.pool.lookup<AccountToken>(deadline, std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<accounts::AccountTokenRepository> make_account_tokens(Backend const& backend)
{
    return std::make_unique<PgAccountTokens>(backend);
}

} // namespace sluice::store
