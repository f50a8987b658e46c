#include "account_rows.hpp"
#include "accounts/vault.hpp"
#include "data_keys.hpp"
#include "documentation.hpp"
#include "events.hpp"
#include "installations.hpp"
#include "jobs.hpp"
#include "list_sql.hpp"
#include "repositories.hpp"
#include "rows.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace accounts;
using tenancy::Change;

#define SLUICE_COLUMNS                                                                                                 \
    "a.id, a.environment_id, a.environment_integration_id, e.integration_id, i.name, i.category, a.tenant_id, "        \
    "a.status, a.authentication_method, a.region, a.is_sandbox, a.is_blocked, a.context, encode(a.sealed, 'hex'), "    \
    "a.data_key_version, a.generation, a.last_error, a.last_forbidden_error, "                                         \
    "(extract(epoch FROM a.created_at) * 1000000)::bigint, (extract(epoch FROM a.updated_at) * 1000000)::bigint, "     \
    "e.is_enabled, e.override, i.version, "                                                                            \
    "(extract(epoch FROM a.access_expires_at) * 1000000)::bigint, "                                                    \
    "(extract(epoch FROM a.refresh_due_at) * 1000000)::bigint, encode(e.sealed, 'hex'), e.data_key_version, "          \
    "a.refresh_lease_owner, coalesce(a.refresh_lease_until > now(), false), "                                          \
    "coalesce(a.refresh_intent_generation = a.generation, false), "                                                    \
    "(SELECT n.reconnect_url FROM environments n WHERE n.id = a.environment_id), "                                     \
    "(extract(epoch FROM a.renewals_fail_since) * 1000000)::bigint, "                                                  \
    "(extract(epoch FROM a.grant_refused_at) * 1000000)::bigint, "                                                     \
    "(extract(epoch FROM a.credential_refused_at) * 1000000)::bigint, "                                                \
    "e.last_error->>'message', (extract(epoch FROM e.app_retry_at) * 1000000)::bigint, "                               \
    "(extract(epoch FROM e.app_worked_at) * 1000000)::bigint "
#define SLUICE_SELECT                                                                                                  \
    "SELECT " SLUICE_COLUMNS                                                                                           \
    "FROM integrated_accounts a JOIN environment_integrations e ON e.environment_id = a.environment_id "               \
    "AND e.id = a.environment_integration_id JOIN integrations i ON i.id = e.integration_id "
constexpr char kFind[] = SLUICE_SELECT "WHERE a.environment_id = $1 AND a.id = $2";
constexpr char kLock[] = SLUICE_SELECT "WHERE a.environment_id = $1 AND a.id = $2 FOR NO KEY UPDATE OF a";
constexpr char kList[] = SLUICE_SELECT "WHERE true";
#undef SLUICE_SELECT
/// Where the columns begin that only `account_sql` has.
constexpr int kState = 37;
constexpr char kInsert[] =
    "INSERT INTO integrated_accounts (environment_id, id, environment_integration_id, tenant_id, status, "
    "authentication_method, region, is_sandbox, context, sealed, data_key_version, access_expires_at, refresh_due_at) "
    "SELECT $1, $2, e.id, $4, $5, $6, $7, $8, $9::jsonb, decode($10, 'hex'), $11, "
    "to_timestamp($12::double precision / 1000000), to_timestamp($13::double precision / 1000000) "
    "FROM environment_integrations e WHERE e.environment_id = $1 AND e.id = $3 RETURNING id";
constexpr char kUpdate[] =
    "UPDATE integrated_accounts SET tenant_id = $3, status = $4, region = $5, is_sandbox = $6, is_blocked = $7, "
    "context = $8::jsonb, sealed = coalesce(decode($9, 'hex'), sealed), data_key_version = $10, "
    "last_error = $11::jsonb, last_forbidden_error = $12::jsonb, authentication_method = $13, "
    "generation = generation + $14, access_expires_at = to_timestamp($15::double precision / 1000000), "
    "refresh_due_at = to_timestamp($16::double precision / 1000000), "
    "renewals_fail_since = to_timestamp($17::double precision / 1000000), "
    "grant_refused_at = to_timestamp($18::double precision / 1000000), "
    "credential_refused_at = to_timestamp($19::double precision / 1000000), updated_at = now() "
    "WHERE environment_id = $1 AND id = $2 "
    "RETURNING generation, (extract(epoch FROM updated_at) * 1000000)::bigint";
constexpr char kLease[] = "UPDATE integrated_accounts SET refresh_lease_owner = $3, "
                          "refresh_lease_until = now() + make_interval(secs => $4) "
                          "WHERE environment_id = $1 AND id = $2";
constexpr char kIntend[] = "UPDATE integrated_accounts SET refresh_intent_generation = generation "
                           "WHERE environment_id = $1 AND id = $2 AND refresh_lease_owner = $3 RETURNING id";
constexpr char kKeepIntent[] = "UPDATE integrated_accounts SET refresh_lease_owner = NULL, refresh_lease_until = NULL "
                               "WHERE environment_id = $1 AND id = $2";
// Whoever takes a lease while the app is refused is the one that asks; the others wait for what it hears. No row: it is
// not time to ask. Two that come together are told apart by the row's lock.
constexpr char kProbeApp[] =
    "UPDATE environment_integrations "
    "SET app_retry_at = CASE WHEN app_refused_at IS NOT NULL THEN now() + interval '15 seconds' END "
    "WHERE environment_id = $1 AND id = $2 AND (app_refused_at IS NULL OR app_retry_at <= now()) RETURNING id";
constexpr char kNoteApp[] = "UPDATE environment_integrations SET app_worked_at = to_timestamp($3::double precision / "
                            "1000000) WHERE environment_id = $1 AND id = $2";
// An account that was changed before in the same transaction holds its installation's key: two that wanted more than
// NO KEY UPDATE of it would wait for each other.
constexpr char kLockApp[] = "SELECT (extract(epoch FROM app_refused_at) * 1000000)::bigint "
                            "FROM environment_integrations WHERE environment_id = $1 AND id = $2 FOR NO KEY UPDATE";
constexpr char kRefuseApp[] = "UPDATE environment_integrations SET last_error = $3::jsonb, "
                              "app_refused_at = to_timestamp($4::double precision / 1000000), "
                              "app_retry_at = to_timestamp($5::double precision / 1000000) "
                              "WHERE environment_id = $1 AND id = $2";
constexpr char kAskHealth[] =
    "UPDATE integrated_accounts SET health_asked_at = now() WHERE environment_id = $1 AND id = $2 "
    "AND status = 'active' AND (health_asked_at IS NULL OR health_asked_at <= now() - interval '1 minute') "
    "RETURNING id";
constexpr char kEndLease[] = "UPDATE integrated_accounts SET refresh_lease_owner = NULL, refresh_lease_until = NULL, "
                             "refresh_intent_generation = NULL WHERE environment_id = $1 AND id = $2";
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

/// Of an account's installation, as `account_sql` reads it.
std::vector<DocumentationRow> documentation_in(pqxx::field const& field)
{
    std::vector<DocumentationRow> rows;
    auto const read = json_in(field);
    for (auto const& item : read.as_array()) {
        auto const texts = json::texts_in(item);
        DocumentationRow row;
        row.resource = texts.at(0);
        row.method = texts.at(1);
        row.type = texts.at(2);
        row.value = texts.at(3);
        rows.push_back(std::move(row));
    }
    return rows;
}

Account account_in(pqxx::row const& row)
{
    Account account;
    account.id = id_in<IntegratedAccountId>(row[0]);
    account.environment = id_in<EnvironmentId>(row[1]);
    account.environment_integration = id_in<EnvironmentIntegrationId>(row[2]);
    account.integration = id_in<IntegrationId>(row[3]);
    account.integration_name = row[4].c_str();
    account.integration_category = row[5].c_str();
    account.tenant_id = row[6].c_str();
    account.status = status_of(row[7].c_str()).value_or(Status::connecting);
    account.authentication_method = row[8].c_str();
    account.region = text_in(row[9]);
    account.is_sandbox = row[10].as<bool>();
    account.is_blocked = row[11].as<bool>();
    account.context = object_in(row[12]);
    account.sealed = bytes_in(row[13]);
    account.data_key_version = row[14].as<std::uint32_t>();
    account.generation = row[15].as<std::int64_t>();
    account.last_error = json_in(row[16]);
    account.last_forbidden_error = json_in(row[17]);
    account.created_at = time_in(row[18]);
    account.updated_at = time_in(row[19]);
    account.access_expires_at = optional_time_in(row[23]);
    account.refresh_due_at = optional_time_in(row[24]);
    account.doubts.renewals_fail_since = optional_time_in(row[31]);
    account.doubts.grant_refused_at = optional_time_in(row[32]);
    account.doubts.credential_refused_at = optional_time_in(row[33]);
    return account;
}

/// What the row says of its lease, beside the account.
struct LeaseColumns {
    std::string owner;
    bool is_held = false;
    bool has_intent = false;
};

LeaseColumns lease_in(pqxx::row const& row)
{
    return {text_in(row[27]).value_or(""), row[28].as<bool>(), row[29].as<bool>()};
}

void schedule_refresh(pqxx::work& transaction, Account const& account)
{
    constexpr auto kKind = tenancy::JobKind::account_refresh;
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
    constexpr auto kKind = tenancy::JobKind::account_health;
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

std::optional<std::string> optional_json(json::value const& value)
{
    return value.is_null() ? std::nullopt : std::optional(sql_json(value));
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

Result<Account> find_in(pqxx::work& transaction, EnvironmentId environment, IntegratedAccountId id)
{
    auto const rows = transaction.exec_params(kFind, sql_id(environment), sql_id(id));
    if (rows.empty())
        return not_found("integrated account");
    return account_in(rows[0]);
}

/// A tenant has an account that it had not: its MCP servers show it from now on.
void tell_tenant(pqxx::work& transaction, Timestamp now, Account const& account)
{
    announce(transaction, {Change::Kind::tenant, account.environment, tenancy::tenant_key(account.tenant_id)});
    if (!transaction.exec_params(kIsTenantShown, sql_id(account.environment), account.tenant_id).empty())
        schedule_sooner(transaction, tenancy::JobKind::account_schema, account.environment, account.id.uuid(), now);
}

/// Reads the locked row, lets `change` edit it and writes what changed, with the events that tell of it.
Result<Account> change_in(pqxx::work& transaction, Backend const& backend, pqxx::row const& row, bool new_credentials,
                          AccountChange const& change)
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
    auto const written = transaction.exec_params1(
        kUpdate, sql_id(account.environment), sql_id(account.id), account.tenant_id,
        std::string(name_of(account.status)), account.region, account.is_sandbox, account.is_blocked,
        sql_json(account.context), is_resealed ? std::optional(sql_bytes(account.sealed)) : std::nullopt,
        account.data_key_version, optional_json(account.last_error), optional_json(account.last_forbidden_error),
        account.authentication_method, new_credentials ? 1 : 0, sql_time(account.access_expires_at),
        sql_time(account.refresh_due_at), sql_time(account.doubts.renewals_fail_since),
        sql_time(account.doubts.grant_refused_at), sql_time(account.doubts.credential_refused_at));
    account.generation = written[0].as<std::int64_t>();
    account.updated_at = time_in(written[1]);
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
    announce(transaction, {Change::Kind::account, account.environment, account.id.uuid()});
    if (account.tenant_id != before.tenant_id)
        tell_tenant(transaction, now, account);
    return account;
}

/// What was known of the credentials before is not about these.
AccountChange replacing(AccountChange change)
{
    return [change = std::move(change)](Account& account, Context& context) -> Result<void> {
        account.doubts = {};
        return change(account, context);
    };
}

/// From a second to a quarter of an hour: most are refused until somebody mends them, some for a moment.
Timestamp::duration pause_of_app(Timestamp::duration refused_for)
{
    return std::clamp<Timestamp::duration>(refused_for / 2, std::chrono::seconds(1), std::chrono::minutes(15));
}

/// The vendor refuses the OAuth app: kept with the environment integration, and told when it begins.
void refuse_app(pqxx::work& transaction, Timestamp now, Account const& account, std::string const& message)
{
    auto const id = account.environment_integration;
    auto const since = optional_time_in(transaction.exec_params1(kLockApp, sql_id(account.environment), sql_id(id))[0]);
    json::object const error{{"type", "authentication_error"}, {"message", message}, {"occurred_at", to_rfc3339(now)}};
    transaction.exec_params0(kRefuseApp, sql_id(account.environment), sql_id(id), sql_json(error),
                             sql_time(since.value_or(now)), sql_time(now + pause_of_app(now - since.value_or(now))));
    if (since)
        return;
    record_installation_event(transaction, now, account.environment, id, "app_refused", error);
}

/// The OAuth app works: told if it did not, and written once a minute, as all accounts share the row.
void note_app(pqxx::work& transaction, Timestamp now, Account const& account, pqxx::row const& before)
{
    if (!before[35].is_null())
        accept_app(transaction, now, account.environment, account.environment_integration);
    auto const known = optional_time_in(before[36]);
    if (!known || now - *known >= std::chrono::minutes(1))
        transaction.exec_params0(kNoteApp, sql_id(account.environment), sql_id(account.environment_integration),
                                 sql_time(now));
}

Result<RefreshLease> lease_in(pqxx::work& transaction, Backend const& backend, EnvironmentId environment,
                              IntegratedAccountId id, std::int64_t seen, Uuid const& owner, std::chrono::seconds lease)
{
    auto const rows = transaction.exec_params(kLock, sql_id(environment), sql_id(id));
    if (rows.empty())
        return not_found("integrated account");
    auto const columns = lease_in(rows[0]);
    auto const account = account_in(rows[0]);
    bool const is_renewed = account.generation != seen;
    RefreshLease result;
    if (!is_renewed && columns.is_held)
        return result;
    auto state = account_state(transaction, backend.keyring, environment, id);
    if (!state)
        return state.error();
    result.state = *std::move(state);
    result.kind = is_renewed ? RefreshLease::Kind::renewed : RefreshLease::Kind::taken;
    result.is_interrupted = !is_renewed && columns.has_intent;
    if (is_renewed)
        return result;
    bool const asks_with_app = result.state.app_trouble && !account.has_own_client();
    if (asks_with_app &&
        transaction.exec_params(kProbeApp, sql_id(environment), sql_id(account.environment_integration)).empty()) {
        result.kind = RefreshLease::Kind::app_refused;
        return result;
    }
    transaction.exec_params0(kLease, sql_id(environment), sql_id(id), sql_id(owner),
                             static_cast<double>(lease.count()));
    return result;
}

Error lease_lost()
{
    return {ErrorCode::conflict, "The credential is being renewed elsewhere.", "refresh lease lost"};
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
        pg::Query<Account> query = [account = std::move(account), context = std::move(context),
                                    &backend = backend_](pqxx::work& transaction) -> Result<Account> {
            return insert_account(transaction, backend, account, context);
        };
        co_return co_await backend_.pool.transact<Account>(environment, deadline, std::move(query));
    }

    Task<Result<Account>> find(EnvironmentId environment, IntegratedAccountId id, Deadline deadline) override
    {
        pg::Query<Account> query = [environment, id](pqxx::work& transaction) {
            return find_in(transaction, environment, id);
        };
        co_return co_await backend_.pool.transact<Account>(environment, deadline, std::move(query));
    }

    Task<Result<tenancy::Page<Account>>> list(EnvironmentId environment, tenancy::ListQuery list,
                                              Deadline deadline) override
    {
        using ListPage = tenancy::Page<Account>;
        pg::Query<ListPage> query = [list = std::move(list)](pqxx::work& transaction) -> Result<ListPage> {
            auto const rows = run_list(transaction, kList, "a.id", kFields, list);
            if (!rows)
                return rows.error();
            std::vector<Account> items;
            for (auto const& row : *rows)
                items.push_back(account_in(row));
            return page_of(std::move(items), list);
        };
        co_return co_await backend_.pool.transact<ListPage>(environment, deadline, std::move(query));
    }

    Task<Result<Account>> update(EnvironmentId environment, IntegratedAccountId id, bool new_credentials,
                                 AccountChange change, Deadline deadline) override
    {
        pg::Query<Account> query = [environment, id, new_credentials, change = std::move(change),
                                    &backend = backend_](pqxx::work& transaction) -> Result<Account> {
            auto const rows = transaction.exec_params(kLock, sql_id(environment), sql_id(id));
            if (rows.empty())
                return not_found("integrated account");
            if (!new_credentials)
                return change_in(transaction, backend, rows[0], false, change);
            // Who renews the old ones meanwhile must not write over these.
            transaction.exec_params0(kEndLease, sql_id(environment), sql_id(id));
            return change_in(transaction, backend, rows[0], true, replacing(change));
        };
        co_return co_await backend_.pool.transact<Account>(environment, deadline, std::move(query));
    }

    Task<Result<RefreshLease>> lease_refresh(EnvironmentId environment, IntegratedAccountId id, std::int64_t seen,
                                             Uuid owner, std::chrono::seconds lease, Deadline deadline) override
    {
        pg::Query<RefreshLease> query = [=, &backend = backend_](pqxx::work& transaction) {
            return lease_in(transaction, backend, environment, id, seen, owner, lease);
        };
        co_return co_await backend_.pool.transact<RefreshLease>(environment, deadline, std::move(query));
    }

    Task<Result<void>> intend_refresh(EnvironmentId environment, IntegratedAccountId id, Uuid owner,
                                      Deadline deadline) override
    {
        pg::Query<bool> query = [=](pqxx::work& transaction) -> Result<bool> {
            if (transaction.exec_params(kIntend, sql_id(environment), sql_id(id), sql_id(owner)).empty())
                return lease_lost();
            return true;
        };
        auto const intended = co_await backend_.pool.transact<bool>(environment, deadline, std::move(query));
        if (!intended)
            co_return intended.error();
        co_return Result<void>{};
    }

    Task<Result<Account>> finish_refresh(EnvironmentId environment, IntegratedAccountId id, Uuid owner, RefreshEnd end,
                                         AccountChange change, Deadline deadline) override
    {
        using Kind = RefreshEnd::Kind;
        pg::Query<Account> query = [environment, id, owner, end = std::move(end), change = std::move(change),
                                    &backend = backend_](pqxx::work& transaction) -> Result<Account> {
            auto const rows = transaction.exec_params(kLock, sql_id(environment), sql_id(id));
            if (rows.empty())
                return not_found("integrated account");
            if (lease_in(rows[0]).owner != sql_id(owner))
                return lease_lost();
            transaction.exec_params0(end.kind == Kind::undecided ? kKeepIntent : kEndLease, sql_id(environment),
                                     sql_id(id));
            auto changed = change_in(transaction, backend, rows[0], end.kind == Kind::renewed, change);
            if (changed && end.kind == Kind::app_refused)
                refuse_app(transaction, backend.clock.now(), *changed, end.message);
            if (changed && end.kind == Kind::renewed && !changed->has_own_client())
                note_app(transaction, backend.clock.now(), *changed, rows[0]);
            return changed;
        };
        co_return co_await backend_.pool.transact<Account>(environment, deadline, std::move(query));
    }

    Task<Result<void>> ask_health(EnvironmentId environment, IntegratedAccountId id, Deadline deadline) override
    {
        pg::Query<bool> query = [=, now = backend_.clock.now()](pqxx::work& transaction) -> Result<bool> {
            if (!transaction.exec_params(kAskHealth, sql_id(environment), sql_id(id)).empty())
                schedule_sooner(transaction, tenancy::JobKind::account_health, environment, id.uuid(), now);
            return true;
        };
        auto const asked = co_await backend_.pool.transact<bool>(environment, deadline, std::move(query));
        if (!asked)
            co_return asked.error();
        co_return Result<void>{};
    }

    Task<Result<Account>> store_answers(EnvironmentId environment, IntegratedAccountId id, json::object answers,
                                        Deadline deadline) override
    {
        pg::Query<Account> query = [=, answers = std::move(answers),
                                    &backend = backend_](pqxx::work& transaction) -> Result<Account> {
            AccountChange const change = [&](Account&, Context& context) -> Result<void> {
                for (auto const& [name, value] : answers)
                    context.visible[name] = value;
                return {};
            };
            auto stored = change_account(transaction, backend, environment, id, change);
            if (stored)
                record_account_event(transaction, backend.clock.now(), *stored, "post_connect_form_submitted");
            return stored;
        };
        co_return co_await backend_.pool.transact<Account>(environment, deadline, std::move(query));
    }

    Task<Result<void>> remove(EnvironmentId environment, IntegratedAccountId id, Deadline deadline) override
    {
        pg::Query<bool> query = [environment, id, &backend = backend_](pqxx::work& transaction) -> Result<bool> {
            auto const account = find_in(transaction, environment, id);
            if (!account)
                return account.error();
            transaction.exec_params0(kDelete, sql_id(environment), sql_id(id));
            unschedule(transaction, tenancy::JobKind::account_refresh, environment, id.uuid());
            unschedule(transaction, tenancy::JobKind::account_health, environment, id.uuid());
            unschedule(transaction, tenancy::JobKind::account_schema, environment, id.uuid());
            record_account_event(transaction, backend.clock.now(), *account, "deleted");
            announce(transaction, {Change::Kind::account, environment, id.uuid()});
            return true;
        };
        auto const removed = co_await backend_.pool.transact<bool>(environment, deadline, std::move(query));
        if (!removed)
            co_return removed.error();
        co_return Result<void>{};
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

AccountSql const& account_sql()
{
    static AccountSql const sql{
        SLUICE_COLUMNS ", c.records, k.version, k.master_key_id, encode(k.wrapped, 'hex'), "
                       "o.version, o.master_key_id, encode(o.wrapped, 'hex'), "
                       // Once for each installation: the rows of its other accounts have the same.
                       "CASE WHEN row_number() OVER (PARTITION BY e.id ORDER BY a.id) = 1 THEN "
                       "(SELECT json_agg(json_build_array(d.resource, d.method, d.type, d.value) "
                       "ORDER BY d.entity_type DESC, d.resource, d.method, d.type) FROM documentation d "
                       "WHERE d.environment_id = e.environment_id AND d.type IN ('description', 'name', "
                       "'query_schema', 'body_schema') "
                       "AND ((d.entity_type = 'integration' AND d.entity_id = e.integration_id) "
                       "OR (d.entity_type = 'environment_integration' AND d.entity_id = e.id))) END ",
        "JOIN environment_integrations e ON e.environment_id = a.environment_id "
        "AND e.id = a.environment_integration_id "
        "JOIN integrations i ON i.id = e.integration_id "
        "LEFT JOIN account_schemas c ON c.environment_id = a.environment_id AND c.integrated_account_id = a.id "
        "LEFT JOIN data_keys k ON k.environment_id = a.environment_id AND k.version = a.data_key_version "
        "AND k.shredded_at IS NULL "
        "LEFT JOIN data_keys o ON o.environment_id = e.environment_id AND o.version = e.data_key_version "
        "AND o.shredded_at IS NULL "};
    return sql;
}

Result<AccountState> AccountRows::state(pqxx::row const& row)
{
    AccountState state;
    state.account = account_in(row);
    auto const environment = state.account.environment;
    state.is_enabled = row[20].as<bool>();
    state.override = object_in(row[21]);
    state.integration_version = row[22].as<int>();
    state.reconnect_url = text_in(row[30]).value_or("");
    if (auto const retry_at = optional_time_in(row[35]))
        state.app_trouble = AppTrouble{text_in(row[34]).value_or(""), *retry_at};
    state.app_worked_at = optional_time_in(row[36]);
    state.schema = row[kState].is_null() ? json::object() : object_in(row[kState]);
    auto& documentation = documentation_[state.account.environment_integration];
    if (!row[kState + 7].is_null())
        documentation = documentation_in(row[kState + 7]);
    state.documentation = documentation;
    if (!row[25].is_null()) {
        auto app_key = key_in(row[kState + 4], row[kState + 5], row[kState + 6], environment);
        if (!app_key)
            return app_key.error();
        state.app_secret =
            SealedSecret{*std::move(app_key), app_place(state.account.environment_integration), bytes_in(row[25])};
    }
    auto key = key_in(row[kState + 1], row[kState + 2], row[kState + 3], environment);
    if (!key)
        return key.error();
    state.key = *std::move(key);
    return state;
}

Result<crypto::DataKey> AccountRows::key_in(pqxx::field const& version, pqxx::field const& master,
                                            pqxx::field const& wrapped, EnvironmentId environment)
{
    if (version.is_null())
        return shredded(environment);
    // The accounts of a tenant share one, as a rule.
    auto const known = keys_.find(version.as<std::uint32_t>());
    if (known != keys_.end())
        return known->second;
    auto key = crypto::DataKey::unwrap(keyring_, master.as<std::uint32_t>(), environment, version.as<std::uint32_t>(),
                                       bytes_in(wrapped));
    if (key)
        keys_.emplace(key->version(), *key);
    return key;
}

Result<AccountState> account_state(pqxx::work& transaction, crypto::Keyring const& keyring, EnvironmentId environment,
                                   IntegratedAccountId id)
{
    static std::string const kOne = "SELECT " + account_sql().columns + "FROM integrated_accounts a " +
                                    account_sql().joins + "WHERE a.environment_id = $1 AND a.id = $2";
    transaction.conn().prepare("account_state", kOne);
    auto const rows = transaction.exec_prepared("account_state", sql_id(environment), sql_id(id));
    if (rows.empty())
        return not_found("integrated account");
    return AccountRows(keyring).state(rows[0]);
}

Result<Account> insert_account(pqxx::work& transaction, Backend const& backend, Account account, Context const& context)
{
    if (account.id.empty())
        account.id = IntegratedAccountId{uuid_v7(backend.clock.now())};
    if (auto const sealed = seal(transaction, backend.keyring, context, account); !sealed)
        return sealed.error();
    auto const made = transaction.exec_params(
        kInsert, sql_id(account.environment), sql_id(account.id), sql_id(account.environment_integration),
        account.tenant_id, std::string(name_of(account.status)), account.authentication_method, account.region,
        account.is_sandbox, sql_json(account.context), sql_bytes(account.sealed), account.data_key_version,
        sql_time(account.access_expires_at), sql_time(account.refresh_due_at));
    if (made.empty())
        return not_found("environment integration");
    schedule_refresh(transaction, account);
    schedule_health(transaction, backend.clock.now(), std::nullopt, account);
    tell_tenant(transaction, backend.clock.now(), account);
    auto stored = find_in(transaction, account.environment, account.id);
    if (!stored)
        return stored;
    record_account_event(transaction, backend.clock.now(), *stored, "created");
    if (stored->status == Status::active)
        record_account_event(transaction, backend.clock.now(), *stored, "active");
    return stored;
}

Result<Account> replace_account(pqxx::work& transaction, Backend const& backend, IntegratedAccountId id,
                                Account const& from, Context const& context)
{
    auto const rows = transaction.exec_params(kLock, sql_id(from.environment), sql_id(id));
    if (rows.empty())
        return not_found("integrated account");
    transaction.exec_params0(kEndLease, sql_id(from.environment), sql_id(id));
    AccountChange const change = [&](Account& row, Context& old) -> Result<void> {
        row.authentication_method = from.authentication_method;
        if (from.region)
            row.region = from.region;
        row.status = Status::connecting; // `last_error` stays until it is known that the new credentials work.
        row.access_expires_at = from.access_expires_at;
        row.refresh_due_at = from.refresh_due_at;
        old = context;
        return {};
    };
    return change_in(transaction, backend, rows[0], true, replacing(change));
}

Result<Account> change_account(pqxx::work& transaction, Backend const& backend, EnvironmentId environment,
                               IntegratedAccountId id, AccountChange const& change)
{
    auto const rows = transaction.exec_params(kLock, sql_id(environment), sql_id(id));
    if (rows.empty())
        return not_found("integrated account");
    return change_in(transaction, backend, rows[0], false, change);
}

std::unique_ptr<accounts::AccountRepository> make_accounts(Backend const& backend)
{
    return std::make_unique<PgAccounts>(backend);
}

} // namespace sluice::store
