#include "accounts/account_changes.hpp"
#include "accounts/account_leases.hpp"
#include "accounts/account_rows.hpp"
#include "accounts/refresh_job.hpp"
#include "accounts/repositories.hpp"
#include "accounts/verdict.hpp"
#include "connecting/health_job.hpp"
#include "core/backend.hpp"
#include "core/event_rows.hpp"
#include "core/job_queue.hpp"
#include "core/list_sql.hpp"
#include "core/queries.hpp"
#include "core/rows.hpp"
#include "limits/vendor_state.hpp"
#include "make_repositories.hpp"
#include "toolcalls/account_schemas.hpp"

#include <algorithm>

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace accounts;
using snapshots::Change;

constexpr char kAskHealth[] =
    "UPDATE integrated_accounts SET health_asked_at = now() WHERE environment_id = $1 AND id = $2 "
    "AND status = 'active' AND coalesce(credential_refused_at <= now() - make_interval(secs => $3), true) "
    "AND (health_asked_at IS NULL OR health_asked_at <= now() - interval '1 minute') "
    "RETURNING id";
constexpr char kWarn[] = "UPDATE integrated_accounts a "
                         "SET limit_warnings = (SELECT coalesce(jsonb_object_agg(w.key, w.value), '{}') FROM "
                         "jsonb_each_text(a.limit_warnings) w "
                         "WHERE w.value::timestamptz > $5::timestamptz) || jsonb_build_object($3::text, $4::text) "
                         "FROM environment_integrations e JOIN integrations i ON i.id = e.integration_id "
                         "WHERE a.environment_id = $1 AND a.id = $2 AND e.environment_id = a.environment_id "
                         "AND e.id = a.environment_integration_id "
                         "AND coalesce((a.limit_warnings->>$3::text)::timestamptz <= $5::timestamptz, true) "
                         "AND (SELECT count(*) FROM jsonb_each_text(a.limit_warnings) w "
                         "WHERE w.value::timestamptz > $5::timestamptz) < $6 "
                         "RETURNING a.tenant_id, i.name AS integration_name";
constexpr char kDelete[] = "DELETE FROM integrated_accounts WHERE environment_id = $1 AND id = $2";

constexpr std::string_view kStatuses[] = {"connecting", "active", "post_install_error", "validation_error",
                                          "needs_reauth"};
constexpr ListField kFields[] = {
    {"tenant_id", "a.tenant_id", ListField::Kind::text},
    {"environment_id", "a.environment_id", ListField::Kind::id, "env"},
    {"environment_integration_id", "a.environment_integration_id", ListField::Kind::id, "envint"},
    {"status", "a.status", ListField::Kind::text, {}, kStatuses},
    {"authentication_method", "a.authentication_method", ListField::Kind::text},
    {"region", "a.region", ListField::Kind::text},
    {"is_sandbox", "a.is_sandbox", ListField::Kind::flag},
    {"integration.name", "i.name", ListField::Kind::text},
    {"created_at", "a.created_at", ListField::Kind::time},
    {"updated_at", "a.updated_at", ListField::Kind::time},
};

/// Deletes an account, and all that is done for it. Gives what it was. Errors: not_found.
Result<Account> delete_account(pqxx::work& transaction, Changes& changes, Timestamp now, EnvironmentId environment,
                               IntegratedAccountId id)
{
    auto account = find_account(transaction, environment, id);
    if (!account)
        return account;
    transaction.exec_params0(kDelete, sql_id(environment), sql_id(id));
    unschedule(transaction, accounts::kRefreshJob, environment, id.uuid());
    unschedule(transaction, connecting::kHealthJob, environment, id.uuid());
    unschedule(transaction, toolcalls::kSchemaJob, environment, id.uuid());
    record_account_event(transaction, now, *account, "deleted");
    changes.add({Change::Kind::account, environment, id.uuid()});
    return account;
}

class PgAccounts final : public AccountRepository {
public:
    explicit PgAccounts(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<Account>> create(Account account, Context context, tenancy::Author author, Deadline deadline) override
    {
        auto const environment = account.environment;
        account.id = IntegratedAccountId{uuid_v7(backend_.clock.now())};
        ChangingQuery<Account> query = [account = std::move(account), context = std::move(context),
                                        &backend = backend_](pqxx::work& transaction,
                                                             Changes& changes) -> Result<Account> {
            return insert_account(transaction, changes, backend, account, context, "integrated_account.create");
        };
        co_return co_await transact_change<Account>(backend_, environment, std::move(author), deadline,
                                                    std::move(query));
    }

    Task<Result<Account>> find(EnvironmentId environment, IntegratedAccountId id, Deadline deadline) override
    {
        pg::Query<Account> query = [environment, id](pqxx::work& transaction) {
            return find_account(transaction, environment, id);
        };
        co_return co_await backend_.pool.transact<Account>(environment, deadline, std::move(query));
    }

    Task<Result<tenancy::Page<Account>>> list(EnvironmentId environment, tenancy::ListQuery list,
                                              Deadline deadline) override
    {
        return list_rows<Account>(backend_.pool, environment, {account_list_sql(), "a.id", kFields}, std::move(list),
                                  account_in, deadline);
    }

    Task<Result<Account>> update(EnvironmentId environment, IntegratedAccountId id, bool new_credentials,
                                 AccountChange change, tenancy::Author author, Deadline deadline) override
    {
        ChangingQuery<Account> query = [environment, id, new_credentials, change = std::move(change),
                                        &backend = backend_](pqxx::work& transaction,
                                                             Changes& changes) -> Result<Account> {
            auto const row = locked_account(transaction, environment, id);
            if (!row)
                return not_found("integrated account");
            return new_credentials ? replace_credentials(transaction, changes, backend, *row, change,
                                                         "integrated_account.credentials")
                                   : change_locked(transaction, changes, backend, *row,
                                                   {false, "integrated_account.update"}, change);
        };
        co_return co_await transact_change<Account>(backend_, environment, std::move(author), deadline,
                                                    std::move(query));
    }

    Task<Result<Account>> note(EnvironmentId environment, IntegratedAccountId id, AccountChange change,
                               Deadline deadline) override
    {
        ChangingQuery<Account> query = [environment, id, change = std::move(change),
                                        &backend = backend_](pqxx::work& transaction, Changes& changes) {
            return change_account(transaction, changes, backend, environment, id, change);
        };
        co_return co_await transact_change<Account>(backend_, environment, deadline, std::move(query));
    }

    Task<Result<void>> ask_renewal(EnvironmentId environment, IntegratedAccountId id, tenancy::Author author,
                                   Deadline deadline) override
    {
        ChangingQuery<bool> query = [environment, id](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            if (auto const account = find_account(transaction, environment, id); !account)
                return account.error();
            changes.audit({"integrated_account.renew", id.str()});
            return true;
        };
        return without_value(
            transact_change<bool>(backend_, environment, std::move(author), deadline, std::move(query)));
    }

    Task<Result<RefreshLease>> lease_refresh(EnvironmentId environment, IntegratedAccountId id, std::int64_t seen,
                                             Uuid owner, std::chrono::seconds lease, Deadline deadline) override
    {
        pg::Query<RefreshLease> query = [=, &backend = backend_](pqxx::work& transaction) {
            return take_lease(transaction, backend, environment, id, seen, owner, lease);
        };
        co_return co_await backend_.pool.transact<RefreshLease>(environment, deadline, std::move(query));
    }

    Task<Result<void>> intend_refresh(EnvironmentId environment, IntegratedAccountId id, Uuid owner,
                                      Deadline deadline) override
    {
        pg::Query<bool> query = [=](pqxx::work& transaction) -> Result<bool> {
            return intend_renewal(transaction, environment, id, owner);
        };
        return without_value(backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

    Task<Result<Account>> finish_refresh(EnvironmentId environment, IntegratedAccountId id, Uuid owner, RefreshEnd end,
                                         AccountChange change, Deadline deadline) override
    {
        ChangingQuery<Account> query = [environment, id, owner, end = std::move(end), change = std::move(change),
                                        &backend = backend_](pqxx::work& transaction,
                                                             Changes& changes) -> Result<Account> {
            return end_lease(transaction, changes, backend, environment, id, owner, end, change);
        };
        co_return co_await transact_change<Account>(backend_, environment, deadline, std::move(query));
    }

    Task<Result<void>> ask_health(EnvironmentId environment, IntegratedAccountId id, Deadline deadline) override
    {
        pg::Query<bool> query = [=, now = backend_.clock.now()](pqxx::work& transaction) -> Result<bool> {
            auto const apart = std::chrono::duration<double>(kCredentialApart).count();
            if (!transaction.exec_params(kAskHealth, sql_id(environment), sql_id(id), apart).empty())
                schedule_sooner(transaction, connecting::kHealthJob, environment, id.uuid(), now);
            return true;
        };
        return without_value(backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

    Task<Result<void>> warn_of_limit(EnvironmentId environment, IntegratedAccountId id, LimitWarning warning,
                                     Deadline deadline) override
    {
        pg::Query<bool> query = [=, warning = std::move(warning),
                                 now = backend_.clock.now()](pqxx::work& transaction) -> Result<bool> {
            auto const rows =
                transaction.exec_params(kWarn, sql_id(environment), sql_id(id), warning.window,
                                        to_rfc3339(warning.until), to_rfc3339(now), limits::VendorState::kMostWarnings);
            if (rows.empty())
                return true;
            json::object payload{{"id", id.str()},
                                 {"tenant_id", rows[0]["tenant_id"].c_str()},
                                 {"integration", json::object{{"name", rows[0]["integration_name"].c_str()}}}};
            payload["window"] = warning.view;
            record_event(transaction, now, environment, "rate_limit:warning", id, payload);
            return true;
        };
        return without_value(backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

    Task<Result<Account>> store_answers(EnvironmentId environment, IntegratedAccountId id, AccountChange change,
                                        tenancy::Author author, Deadline deadline) override
    {
        ChangingQuery<Account> query = [=, change = std::move(change), &backend = backend_](
                                           pqxx::work& transaction, Changes& changes) -> Result<Account> {
            auto stored =
                change_account(transaction, changes, backend, environment, id, change, "integrated_account.update");
            if (stored)
                record_account_event(transaction, backend.clock.now(), *stored, "post_connect_form_submitted");
            return stored;
        };
        co_return co_await transact_change<Account>(backend_, environment, std::move(author), deadline,
                                                    std::move(query));
    }

    Task<Result<void>> remove(EnvironmentId environment, IntegratedAccountId id, tenancy::Author author,
                              Deadline deadline) override
    {
        ChangingQuery<bool> query = [environment, id, now = backend_.clock.now()](pqxx::work& transaction,
                                                                                  Changes& changes) -> Result<bool> {
            auto const gone = delete_account(transaction, changes, now, environment, id);
            if (!gone)
                return gone.error();
            changes.audit({"integrated_account.delete", id.str(), audited(*gone), std::nullopt});
            return true;
        };
        return without_value(
            transact_change<bool>(backend_, environment, std::move(author), deadline, std::move(query)));
    }

    Task<Result<std::vector<IntegratedAccountId>>> remove_all(EnvironmentId environment,
                                                              std::vector<IntegratedAccountId> ids,
                                                              tenancy::Author author, Deadline deadline) override
    {
        using Ids = std::vector<IntegratedAccountId>;
        // In one order, so that two such transactions do not wait for each other.
        std::ranges::sort(ids);
        ids.erase(std::ranges::unique(ids).begin(), ids.end());
        ChangingQuery<Ids> query = [environment, ids = std::move(ids), now = backend_.clock.now()](
                                       pqxx::work& transaction, Changes& changes) -> Result<Ids> {
            Ids gone;
            json::array names;
            for (auto const id : ids)
                if (delete_account(transaction, changes, now, environment, id)) {
                    gone.push_back(id);
                    names.emplace_back(id.str());
                }
            // They have no target in common but their environment.
            json::object before;
            before["ids"] = std::move(names);
            changes.audit({"integrated_account.bulk_delete", environment.str(), std::move(before), std::nullopt});
            return gone;
        };
        co_return co_await transact_change<Ids>(backend_, environment, std::move(author), deadline, std::move(query));
    }

    Task<Result<AccountState>> load_state(EnvironmentId environment, IntegratedAccountId id, Deadline deadline) override
    {
        pg::Query<AccountState> query = [environment, id, &keyring = backend_.keyring](pqxx::work& transaction) {
            return account_state(transaction, keyring, environment, id);
        };
        co_return co_await backend_.pool.transact<AccountState>(environment, deadline, std::move(query));
    }

    Task<Result<std::map<Status, std::int64_t>>> count(Deadline deadline) override
    {
        using Counts = std::map<Status, std::int64_t>;
        pg::Query<Counts> query = [](pqxx::work& transaction) -> Result<Counts> {
            Counts counts;
            for (auto const& row : transaction.exec("SELECT status, accounts FROM count_accounts()"))
                if (auto const status = status_of(row["status"].c_str()))
                    counts[*status] = row["accounts"].as<std::int64_t>();
            return counts;
        };
        co_return co_await backend_.pool.lookup<Counts>(deadline, std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<accounts::AccountRepository> make_accounts(Backend const& backend)
{
    return std::make_unique<PgAccounts>(backend);
}

} // namespace sluice::store
