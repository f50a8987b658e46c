#include "accounts/account_changes.hpp"

#include "accounts/account_leases.hpp"
#include "accounts/account_rows.hpp"
#include "accounts/refresh_job.hpp"
#include "accounts/vault.hpp"
#include "connecting/health_job.hpp"
#include "core/data_keys.hpp"
#include "core/event_rows.hpp"
#include "core/job_queue.hpp"
#include "core/queries.hpp"
#include "core/quota_rows.hpp"
#include "core/row_values.hpp"
#include "core/rows.hpp"
#include "limits/fair_shares.hpp"
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
constexpr char kIsTenantShown[] = "SELECT 1 FROM mcp_servers WHERE environment_id = $1 AND tenant_id = $2 LIMIT 1";

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
        .json("fair_share", account.fair_share ? json::value(account.fair_share->to_json()) : json::value(nullptr))
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

/// Tells of a change that was written: jobs, events, announcements.
void tell_of(pqxx::work& transaction, Changes& changes, Timestamp now, Account const& before, Account const& account)
{
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
}

/// What was known of the credentials before is not about these.
AccountChange replacing(AccountChange change)
{
    return [change = std::move(change)](Account& account, Context& context) -> Result<void> {
        account.doubts = {};
        return change(account, context);
    };
}

/// The members of the secret part that differ: never their values.
json::array changed_names(json::object const& before, json::object const& after)
{
    json::array names;
    for (auto const& [name, value] : after)
        if (auto const* old = before.if_contains(name); old == nullptr || *old != value)
            names.emplace_back(name);
    for (auto const& [name, value] : before)
        if (!after.contains(name))
            names.emplace_back(name);
    return names;
}

/// A change of an account, for the audit log. `before` and `after` are the secret parts of its context.
void audit_change(Changes& changes, std::string_view action, Account const& was, Account const& is,
                  json::object const& before, json::object const& after)
{
    if (action.empty())
        return;
    auto told = tenancy::difference(action, is.id.str(), audited(was), audited(is));
    if (auto names = changed_names(before, after); !names.empty())
        (*told.after)["new_secrets"] = std::move(names);
    changes.audit(told);
}

} // namespace

Result<Account> change_locked(pqxx::work& transaction, Changes& changes, Backend const& backend, pqxx::row const& row,
                              AccountEdit edit, AccountChange const& change)
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
    bool const is_resealed = edit.new_credentials || context->secret != old_secret;
    account.context = context->visible;
    if (is_resealed)
        if (auto const sealed = seal(transaction, backend.keyring, *context, account); !sealed)
            return sealed.error();
    auto values = values_of(account);
    if (is_resealed)
        values.bytes("sealed", account.sealed);
    auto const written =
        write_row(transaction, kUpdate,
                  {sql_id(account.environment), sql_id(account.id), edit.new_credentials ? "1" : "0"}, values)[0];
    account.generation = written["generation"].as<std::int64_t>();
    account.updated_at = time_in(written["updated_at"]);
    tell_of(transaction, changes, backend.clock.now(), before, account);
    audit_change(changes, edit.action, before, account, old_secret, context->secret);
    return account;
}

Result<Account> replace_credentials(pqxx::work& transaction, Changes& changes, Backend const& backend,
                                    pqxx::row const& row, AccountChange const& change, std::string_view action)
{
    auto const account = account_in(row);
    drop_lease(transaction, account.environment, account.id);
    return change_locked(transaction, changes, backend, row, {true, action}, replacing(change));
}

Result<Account> insert_account(pqxx::work& transaction, Changes& changes, Backend const& backend, Account account,
                               Context const& context, std::string_view action)
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
    if (auto const admitted = check_quota(transaction, backend, account.environment, tenancy::Quota::accounts);
        !admitted)
        return admitted.error();
    schedule_refresh(transaction, account);
    schedule_health(transaction, backend.clock.now(), std::nullopt, account);
    tell_tenant(transaction, changes, backend.clock.now(), account);
    auto stored = find_account(transaction, account.environment, account.id);
    if (!stored)
        return stored;
    record_account_event(transaction, backend.clock.now(), *stored, "created");
    if (stored->status == Status::active)
        record_account_event(transaction, backend.clock.now(), *stored, "active");
    changes.audit({action, stored->id.str(), std::nullopt, audited(*stored)});
    return stored;
}

Result<Account> replace_account(pqxx::work& transaction, Changes& changes, Backend const& backend,
                                IntegratedAccountId id, Account const& from, Context const& context,
                                std::string_view action)
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
    return replace_credentials(transaction, changes, backend, *row, change, action);
}

Result<Account> change_account(pqxx::work& transaction, Changes& changes, Backend const& backend,
                               EnvironmentId environment, IntegratedAccountId id, AccountChange const& change,
                               std::string_view action)
{
    auto const row = locked_account(transaction, environment, id);
    if (!row)
        return not_found("integrated account");
    return change_locked(transaction, changes, backend, *row, {false, action}, change);
}

} // namespace sluice::store
