#include "accounts/account_leases.hpp"

#include "accounts/account_changes.hpp"
#include "accounts/account_rows.hpp"
#include "catalog/installation_repository.hpp"
#include "core/event_rows.hpp"
#include "core/rows.hpp"

#include <algorithm>

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace accounts;

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
constexpr char kLockApp[] = "SELECT (extract(epoch FROM app_refused_at) * 1000000)::bigint AS app_refused_at "
                            "FROM environment_integrations WHERE environment_id = $1 AND id = $2 FOR NO KEY UPDATE";
constexpr char kRefuseApp[] = "UPDATE environment_integrations SET last_error = $3::jsonb, "
                              "app_refused_at = to_timestamp($4::double precision / 1000000), "
                              "app_retry_at = to_timestamp($5::double precision / 1000000) "
                              "WHERE environment_id = $1 AND id = $2";
constexpr char kEndLease[] = "UPDATE integrated_accounts SET refresh_lease_owner = NULL, refresh_lease_until = NULL, "
                             "refresh_intent_generation = NULL WHERE environment_id = $1 AND id = $2";

/// From a second to a quarter of an hour: most are refused until somebody mends them, some for a moment.
Timestamp::duration pause_of_app(Timestamp::duration refused_for)
{
    return std::clamp<Timestamp::duration>(refused_for / 2, std::chrono::seconds(1), std::chrono::minutes(15));
}

/// The vendor refuses the OAuth app: kept with the environment integration, and told when it begins.
void refuse_app(pqxx::work& transaction, Timestamp now, Account const& account, std::string const& message)
{
    auto const id = account.environment_integration;
    auto const app = transaction.exec_params1(kLockApp, sql_id(account.environment), sql_id(id));
    auto const since = optional_time_in(app["app_refused_at"]);
    json::object const error{{"type", "authentication_error"}, {"message", message}, {"occurred_at", to_rfc3339(now)}};
    transaction.exec_params0(kRefuseApp, sql_id(account.environment), sql_id(id), sql_json(error),
                             sql_time(since.value_or(now)), sql_time(now + pause_of_app(now - since.value_or(now))));
    if (since)
        return;
    record_installation_event(transaction, now, account.environment, id, "app_refused", error);
}

/// The OAuth app works: told if it did not, and written once a minute, as all accounts share the row.
void note_app(pqxx::work& transaction, Timestamp now, Account const& account, LeaseColumns const& before)
{
    if (before.is_app_refused)
        accept_app(transaction, now, account.environment, account.environment_integration);
    if (!before.app_worked_at || now - *before.app_worked_at >= std::chrono::minutes(1))
        transaction.exec_params0(kNoteApp, sql_id(account.environment), sql_id(account.environment_integration),
                                 sql_time(now));
}

Error lease_lost()
{
    return {ErrorCode::conflict, "The credential is being renewed elsewhere.", "refresh lease lost"};
}

} // namespace

Result<RefreshLease> take_lease(pqxx::work& transaction, Backend const& backend, EnvironmentId environment,
                                IntegratedAccountId id, std::int64_t seen, Uuid const& owner,
                                std::chrono::seconds lease)
{
    auto const row = locked_account(transaction, environment, id);
    if (!row)
        return not_found("integrated account");
    auto const columns = lease_in(*row);
    auto const account = account_in(*row);
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

Result<bool> intend_renewal(pqxx::work& transaction, EnvironmentId environment, IntegratedAccountId id,
                            Uuid const& owner)
{
    if (transaction.exec_params(kIntend, sql_id(environment), sql_id(id), sql_id(owner)).empty())
        return lease_lost();
    return true;
}

Result<Account> end_lease(pqxx::work& transaction, Changes& changes, Backend const& backend, EnvironmentId environment,
                          IntegratedAccountId id, Uuid const& owner, RefreshEnd const& end, AccountChange const& change)
{
    using Kind = RefreshEnd::Kind;
    auto const row = locked_account(transaction, environment, id);
    if (!row)
        return not_found("integrated account");
    auto const columns = lease_in(*row);
    if (columns.owner != sql_id(owner))
        return lease_lost();
    transaction.exec_params0(end.kind == Kind::undecided ? kKeepIntent : kEndLease, sql_id(environment), sql_id(id));
    auto changed = change_locked(transaction, changes, backend, *row, {end.kind == Kind::renewed}, change);
    if (changed && end.kind == Kind::app_refused)
        refuse_app(transaction, backend.clock.now(), *changed, end.message);
    if (changed && end.kind == Kind::renewed && !changed->has_own_client())
        note_app(transaction, backend.clock.now(), *changed, columns);
    return changed;
}

void drop_lease(pqxx::work& transaction, EnvironmentId environment, IntegratedAccountId id)
{
    transaction.exec_params0(kEndLease, sql_id(environment), sql_id(id));
}

} // namespace sluice::store
