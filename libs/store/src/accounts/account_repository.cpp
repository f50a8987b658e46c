#include "accounts/account_leases.hpp"
#include "accounts/account_rows.hpp"
#include "accounts/refresh_job.hpp"
#include "accounts/repositories.hpp"
#include "accounts/vault.hpp"
#include "accounts/verdict.hpp"
#include "catalog/installation_repository.hpp"
#include "connecting/health_job.hpp"
#include "core/backend.hpp"
#include "core/data_keys.hpp"
#include "core/event_rows.hpp"
#include "core/job_queue.hpp"
#include "core/list_sql.hpp"
#include "core/queries.hpp"
#include "core/row_values.hpp"
#include "core/rows.hpp"
#include "make_repositories.hpp"
#include "toolcalls/account_schemas.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace accounts;
using snapshots::Change;

constexpr char kInsert[] =
    "INSERT INTO integrated_accounts (environment_id, id, environment_integration_id, {columns}) "
    "SELECT $1, $2, e.id, {values} FROM environment_integrations e WHERE e.environment_id = $1 AND e.id = $3 "
    "RETURNING id";
constexpr char kUpdate[] =
    "UPDATE integrated_accounts SET {assignments}, generation = generation + $3, updated_at = now() "
    "WHERE environment_id = $1 AND id = $2 "
    "RETURNING generation, (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_at";
constexpr char kAskHealth[] =
    "UPDATE integrated_accounts SET health_asked_at = now() WHERE environment_id = $1 AND id = $2 "
    "AND status = 'active' AND coalesce(credential_refused_at <= now() - make_interval(secs => $3), true) "
    "AND (health_asked_at IS NULL OR health_asked_at <= now() - interval '1 minute') "
    "RETURNING id";
constexpr char kIsTenantShown[] = "SELECT 1 FROM mcp_servers WHERE environment_id = $1 AND tenant_id = $2 LIMIT 1";
constexpr char kDelete[] = "DELETE FROM integrated_accounts WHERE environment_id = $1 AND id = $2";

constexpr ListField kFields[] = {
    {"tenant_id", "a.tenant_id", ListField::Kind::text},
    {"environment_id", "a.environment_id", ListField::Kind::id, "env"},
    {"environment_integration_id", "a.environment_integration_id", ListField::Kind::id, "envint"},
    {"status", "a.status", ListField::Kind::text},
    {"authentication_method", "a.authentication_method", ListField::Kind::text},
    {"region", "a.region", ListField::Kind::text},
    {"is_sandbox", "a.is_sandbox", ListField::Kind::flag},
    {"integration.name", "i.name", ListField::Kind::text},
    {"created_at", "a.created_at", ListField::Kind::time},
    {"updated_at", "a.updated_at", ListField::Kind::time},
};

void schedule_refresh(pqxx::work& transaction, Account const& account)
{
    constexpr auto kKind = accounts::kRefreshJob;
    if (account.refresh_due_at && account.status == Status::active)
        schedule(transaction, kKind, account.environment, account.id.uuid(), *account.refresh_due_at);
    else
        unschedule(transaction, kKind, account.environment, account.id.uuid());
}

/// An account that has just become active was tried a moment ago; the worker spreads the rest.
constexpr std::chrono::minutes kFirstHealthCheck{15};
/// One that is still being connected after this was forgotten in a crash.
constexpr std::chrono::seconds kTryLimit{60};

void schedule_health(pqxx::work& transaction, Timestamp now, std::optional<Status> before, Account const& account)
{
    constexpr auto kKind = connecting::kHealthJob;
    if (before == account.status)
        return;
    if (account.status == Status::active)
        schedule(transaction, kKind, account.environment, account.id.uuid(), now + kFirstHealthCheck);
    else if (account.status == Status::connecting)
        schedule(transaction, kKind, account.environment, account.id.uuid(), now + kTryLimit);
    else
        unschedule(transaction, kKind, account.environment, account.id.uuid());
}

/// What a change of status is called; nothing if there was none.
std::optional<std::string_view> event_of(Status before, Status after)
{
    if (before == after)
        return std::nullopt;
    switch (after) {
    case Status::active:
        return before == Status::connecting ? "active" : "reactivated";
    case Status::needs_reauth:
        return "authentication_error";
    case Status::validation_error:
        return "validation_error";
    case Status::post_install_error:
        return "post_install_error";
    case Status::connecting:
        return std::nullopt;
    }
    return std::nullopt;
}

/// Whether a change is one that a developer made or sees; renewed tokens and noted errors are not.
bool is_update(Account const& before, Account const& after)
{
    return before.tenant_id != after.tenant_id || before.region != after.region ||
           before.is_sandbox != after.is_sandbox || before.is_blocked != after.is_blocked ||
           before.context != after.context || before.authentication_method != after.authentication_method;
}

RowValues values_of(Account const& account)
{
    return RowValues()
        .text("tenant_id", account.tenant_id)
        .text("status", std::string(name_of(account.status)))
        .text("authentication_method", account.authentication_method)
        .text("region", account.region)
        .flag("is_sandbox", account.is_sandbox)
        .flag("is_blocked", account.is_blocked)
        .json("context", account.context)
        .number("data_key_version", account.data_key_version)
        .json("last_error", account.last_error)
        .json("last_forbidden_error", account.last_forbidden_error)
        .time("access_expires_at", account.access_expires_at)
        .time("refresh_due_at", account.refresh_due_at)
        .time("renewals_fail_since", account.doubts.renewals_fail_since)
        .time("grant_refused_at", account.doubts.grant_refused_at)
        .time("credential_refused_at", account.doubts.credential_refused_at);
}

/// Seals the secret part under the newest key.
Result<void> seal(pqxx::work& transaction, crypto::Keyring const& keyring, Context const& context, Account& account)
{
    auto const key = newest_data_key(transaction, keyring, account.environment);
    if (!key)
        return key.error();
    account.context = context.visible;
    account.sealed = key->seal(sealing_place(account.id), boost::json::serialize(context.secret));
    account.data_key_version = key->version();
    return {};
}

/// A tenant has an account that it had not: its MCP servers show it from now on.
void tell_tenant(pqxx::work& transaction, Changes& changes, Timestamp now, Account const& account)
{
    changes.add({Change::Kind::tenant, account.environment, snapshots::tenant_key(account.tenant_id)});
    if (!transaction.exec_params(kIsTenantShown, sql_id(account.environment), account.tenant_id).empty())
        schedule_sooner(transaction, toolcalls::kSchemaJob, account.environment, account.id.uuid(), now);
}

/// What was known of the credentials before is not about these.
AccountChange replacing(AccountChange change)
{
    return [change = std::move(change)](Account& account, Context& context) -> Result<void> {
        account.doubts = {};
        return change(account, context);
    };
}

/// Puts other credentials in: whoever renews the old ones meanwhile must not write over these.
Result<Account> replace_credentials(pqxx::work& transaction, Changes& changes, Backend const& backend,
                                    pqxx::row const& row, AccountChange const& change)
{
    auto const account = account_in(row);
    drop_lease(transaction, account.environment, account.id);
    return change_locked(transaction, changes, backend, row, true, replacing(change));
}

class PgAccounts final : public AccountRepository {
public:
    explicit PgAccounts(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<Account>> create(Account account, Context context, Deadline deadline) override
    {
        auto const environment = account.environment;
        account.id = IntegratedAccountId{uuid_v7(backend_.clock.now())};
        ChangingQuery<Account> query = [account = std::move(account), context = std::move(context),
                                        &backend = backend_](pqxx::work& transaction,
                                                             Changes& changes) -> Result<Account> {
            return insert_account(transaction, changes, backend, account, context);
        };
        co_return co_await transact_change<Account>(backend_, environment, deadline, std::move(query));
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
                                 AccountChange change, Deadline deadline) override
    {
        ChangingQuery<Account> query = [environment, id, new_credentials, change = std::move(change),
                                        &backend = backend_](pqxx::work& transaction,
                                                             Changes& changes) -> Result<Account> {
            auto const row = locked_account(transaction, environment, id);
            if (!row)
                return not_found("integrated account");
            return new_credentials ? replace_credentials(transaction, changes, backend, *row, change)
                                   : change_locked(transaction, changes, backend, *row, false, change);
        };
        co_return co_await transact_change<Account>(backend_, environment, deadline, std::move(query));
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

    Task<Result<Account>> store_answers(EnvironmentId environment, IntegratedAccountId id, AccountChange change,
                                        Deadline deadline) override
    {
        ChangingQuery<Account> query = [=, change = std::move(change), &backend = backend_](
                                           pqxx::work& transaction, Changes& changes) -> Result<Account> {
            auto stored = change_account(transaction, changes, backend, environment, id, change);
            if (stored)
                record_account_event(transaction, backend.clock.now(), *stored, "post_connect_form_submitted");
            return stored;
        };
        co_return co_await transact_change<Account>(backend_, environment, deadline, std::move(query));
    }

    Task<Result<void>> remove(EnvironmentId environment, IntegratedAccountId id, Deadline deadline) override
    {
        ChangingQuery<bool> query = [environment, id, &backend = backend_](pqxx::work& transaction,
                                                                           Changes& changes) -> Result<bool> {
            auto const account = find_account(transaction, environment, id);
            if (!account)
                return account.error();
            transaction.exec_params0(kDelete, sql_id(environment), sql_id(id));
            unschedule(transaction, accounts::kRefreshJob, environment, id.uuid());
            unschedule(transaction, connecting::kHealthJob, environment, id.uuid());
            unschedule(transaction, toolcalls::kSchemaJob, environment, id.uuid());
            record_account_event(transaction, backend.clock.now(), *account, "deleted");
            changes.add({Change::Kind::account, environment, id.uuid()});
            return true;
        };
        return without_value(transact_change<bool>(backend_, environment, deadline, std::move(query)));
    }

    Task<Result<AccountState>> load_state(EnvironmentId environment, IntegratedAccountId id, Deadline deadline) override
    {
        pg::Query<AccountState> query = [environment, id, &keyring = backend_.keyring](pqxx::work& transaction) {
            return account_state(transaction, keyring, environment, id);
        };
        co_return co_await backend_.pool.transact<AccountState>(environment, deadline, std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

Result<Account> change_locked(pqxx::work& transaction, Changes& changes, Backend const& backend, pqxx::row const& row,
                              bool new_credentials, AccountChange const& change)
{
    auto account = account_in(row);
    auto const before = account;
    auto const old_key = data_key(transaction, backend.keyring, account.environment, account.data_key_version);
    if (!old_key)
        return old_key.error();
    auto context = open_context(account, *old_key);
    if (!context)
        return context.error();
    auto const old_secret = context->secret;
    if (auto const changed = change(account, *context); !changed)
        return changed.error();
    bool const is_resealed = new_credentials || context->secret != old_secret;
    account.context = context->visible;
    if (is_resealed)
        if (auto const sealed = seal(transaction, backend.keyring, *context, account); !sealed)
            return sealed.error();
    auto values = values_of(account);
    if (is_resealed)
        values.bytes("sealed", account.sealed);
    auto const written =
        write_row(transaction, kUpdate, {sql_id(account.environment), sql_id(account.id), new_credentials ? "1" : "0"},
                  values)[0];
    account.generation = written["generation"].as<std::int64_t>();
    account.updated_at = time_in(written["updated_at"]);
    auto const now = backend.clock.now();
    if (account.refresh_due_at != before.refresh_due_at || account.status != before.status)
        schedule_refresh(transaction, account);
    schedule_health(transaction, now, before.status, account);
    if (is_update(before, account))
        record_account_event(transaction, now, account, "updated");
    if (auto const what = event_of(before.status, account.status))
        record_account_event(transaction, now, account, *what);
    bool const is_connected = before.status == Status::connecting && account.status == Status::active;
    if (is_connected && !before.last_error.is_null())
        record_account_event(transaction, now, account, "reactivated");
    changes.add({Change::Kind::account, account.environment, account.id.uuid()});
    if (account.tenant_id != before.tenant_id)
        tell_tenant(transaction, changes, now, account);
    return account;
}

Result<Account> insert_account(pqxx::work& transaction, Changes& changes, Backend const& backend, Account account,
                               Context const& context)
{
    if (account.id.empty())
        account.id = IntegratedAccountId{uuid_v7(backend.clock.now())};
    if (auto const sealed = seal(transaction, backend.keyring, context, account); !sealed)
        return sealed.error();
    auto const made =
        write_row(transaction, kInsert,
                  {sql_id(account.environment), sql_id(account.id), sql_id(account.environment_integration)},
                  values_of(account).bytes("sealed", account.sealed));
    if (made.empty())
        return not_found("environment integration");
    schedule_refresh(transaction, account);
    schedule_health(transaction, backend.clock.now(), std::nullopt, account);
    tell_tenant(transaction, changes, backend.clock.now(), account);
    auto stored = find_account(transaction, account.environment, account.id);
    if (!stored)
        return stored;
    record_account_event(transaction, backend.clock.now(), *stored, "created");
    if (stored->status == Status::active)
        record_account_event(transaction, backend.clock.now(), *stored, "active");
    return stored;
}

Result<Account> replace_account(pqxx::work& transaction, Changes& changes, Backend const& backend,
                                IntegratedAccountId id, Account const& from, Context const& context)
{
    auto const row = locked_account(transaction, from.environment, id);
    if (!row)
        return not_found("integrated account");
    AccountChange const change = [&](Account& account, Context& old) -> Result<void> {
        account.authentication_method = from.authentication_method;
        if (from.region)
            account.region = from.region;
        account.status = Status::connecting; // `last_error` stays until it is known that the new credentials work.
        account.access_expires_at = from.access_expires_at;
        account.refresh_due_at = from.refresh_due_at;
        old = context;
        return {};
    };
    return replace_credentials(transaction, changes, backend, *row, change);
}

Result<Account> change_account(pqxx::work& transaction, Changes& changes, Backend const& backend,
                               EnvironmentId environment, IntegratedAccountId id, AccountChange const& change)
{
    auto const row = locked_account(transaction, environment, id);
    if (!row)
        return not_found("integrated account");
    return change_locked(transaction, changes, backend, *row, false, change);
}

std::unique_ptr<accounts::AccountRepository> make_accounts(Backend const& backend)
{
    return std::make_unique<PgAccounts>(backend);
}

} // namespace sluice::store
