#include "installation_repository.hpp"
#include "accounts/refresh_job.hpp"
#include "accounts/uninstall_job.hpp"
#include "changes.hpp"
#include "data_keys.hpp"
#include "event_rows.hpp"
#include "job_queue.hpp"
#include "list_sql.hpp"
#include "make_repositories.hpp"
#include "rows.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace accounts;
using snapshots::Change;

#define SLUICE_COLUMNS                                                                                                 \
    "id, environment_id, integration_id, override, is_enabled, show_in_catalog, "                                      \
    "(extract(epoch FROM created_at) * 1000000)::bigint, (extract(epoch FROM updated_at) * 1000000)::bigint, "         \
    "last_error"
constexpr char kInsert[] = "INSERT INTO environment_integrations "
                           "(environment_id, id, integration_id, override, is_enabled, show_in_catalog, sealed, "
                           "data_key_version) VALUES ($1, $2, $3, $4::jsonb, $5, $6, decode($7, 'hex'), $8) "
                           "ON CONFLICT (environment_id, integration_id) DO NOTHING RETURNING " SLUICE_COLUMNS;
constexpr char kFind[] =
    "SELECT " SLUICE_COLUMNS " FROM environment_integrations WHERE environment_id = $1 AND id = $2";
constexpr char kLoad[] =
    "SELECT encode(e.sealed, 'hex'), e.data_key_version, i.version FROM environment_integrations e "
    "JOIN integrations i ON i.id = e.integration_id WHERE e.environment_id = $1 AND e.id = $2";
constexpr char kIntegrationOf[] = "SELECT i.id, i.name FROM environment_integrations e "
                                  "JOIN integrations i ON i.id = e.integration_id "
                                  "WHERE e.environment_id = $1 AND e.id = $2";
constexpr char kFindByIntegration[] =
    "SELECT " SLUICE_COLUMNS " FROM environment_integrations WHERE environment_id = $1 AND integration_id = $2";
// What an OAuth app is asked with, and where: anything else of the override says nothing of it.
constexpr char kLockToUpdate[] = "SELECT (override->'credentials', override->'base_url') IS DISTINCT FROM "
                                 "($3::jsonb->'credentials', $3::jsonb->'base_url') FROM environment_integrations "
                                 "WHERE environment_id = $1 AND id = $2 FOR NO KEY UPDATE";
constexpr char kUpdate[] = "UPDATE environment_integrations SET override = $3::jsonb, is_enabled = $4, "
                           "show_in_catalog = $5, updated_at = now(), "
                           "app_worked_at = CASE WHEN $9 THEN NULL ELSE app_worked_at END, "
                           "sealed = CASE WHEN $6 THEN coalesce(decode($7, 'hex'), sealed) END, "
                           "data_key_version = CASE WHEN $6 THEN coalesce($8, data_key_version) END "
                           "WHERE environment_id = $1 AND id = $2 RETURNING " SLUICE_COLUMNS;
constexpr char kAcceptApp[] = "UPDATE environment_integrations SET last_error = NULL, app_refused_at = NULL, "
                              "app_retry_at = NULL WHERE environment_id = $1 AND id = $2 AND last_error IS NOT NULL "
                              "RETURNING id";
// Spread over half a minute: all of them waited for this.
constexpr char kWake[] =
    "UPDATE jobs j SET due = least(j.due, now() + random() * interval '30 seconds') FROM ("
    "SELECT environment_id, id FROM integrated_accounts WHERE environment_id = $1 AND environment_integration_id = $2 "
    "AND refresh_due_at <= now() LIMIT $3) a "
    "WHERE j.partition = get_byte(uuid_send(a.id), 15) % $4 AND j.kind = 'account_refresh' "
    "AND j.environment_id = a.environment_id AND j.id = a.id";
/// The others look by themselves within a minute. The renewal that this is part of must not wait for them.
constexpr int kWokenAtMost = 1000;
constexpr char kBeginUninstalling[] = "SELECT begin_uninstalling($1)";
constexpr char kEndUninstalling[] = "SELECT end_uninstalling($1)";
constexpr char kDeleteAccounts[] =
    "DELETE FROM integrated_accounts WHERE environment_id = $1 AND id IN (SELECT id FROM integrated_accounts "
    "WHERE environment_id = $1 AND environment_integration_id = $2 ORDER BY id LIMIT $3) RETURNING id";
constexpr char kDeleteDocumentation[] = "DELETE FROM documentation WHERE environment_id = $1 AND entity_type = "
                                        "'environment_integration' AND entity_id = $2";
constexpr char kList[] = "SELECT " SLUICE_COLUMNS " FROM environment_integrations WHERE true";
#undef SLUICE_COLUMNS

constexpr ListField kFields[] = {
    {"integration_id", "integration_id", ListField::Kind::id, "int"},
    {"is_enabled", "is_enabled", ListField::Kind::flag},
    {"show_in_catalog", "show_in_catalog", ListField::Kind::flag},
    {"created_at", "created_at", ListField::Kind::time},
    {"updated_at", "updated_at", ListField::Kind::time},
};

EnvironmentIntegration installation_in(pqxx::row const& row)
{
    EnvironmentIntegration installation;
    installation.id = id_in<EnvironmentIntegrationId>(row[0]);
    installation.environment = id_in<EnvironmentId>(row[1]);
    installation.integration = id_in<IntegrationId>(row[2]);
    installation.override = object_in(row[3]);
    installation.is_enabled = row[4].as<bool>();
    installation.show_in_catalog = row[5].as<bool>();
    installation.created_at = time_in(row[6]);
    installation.updated_at = time_in(row[7]);
    installation.last_error = json_in(row[8]);
    return installation;
}

/// Accounts that one transaction deletes. It holds a lock for each of them and each webhook.
constexpr int kAccountsAtOnce = 50;

/// The app's secret as it is stored: both absent if there is none to store.
struct SealedApp {
    std::optional<std::string> sealed;
    std::optional<std::uint32_t> key_version;
};

Result<SealedApp> seal_app(pqxx::work& transaction, crypto::Keyring const& keyring, EnvironmentIntegration const& row)
{
    if (!row.app_secret)
        return SealedApp{};
    auto const key = newest_data_key(transaction, keyring, row.environment);
    if (!key)
        return key.error();
    return SealedApp{sql_bytes(key->seal(app_place(row.id), row.app_secret->reveal())), key->version()};
}

class PgInstallations final : public InstallationRepository {
public:
    explicit PgInstallations(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<Ensured>> ensure(EnvironmentIntegration row, Deadline deadline) override
    {
        auto const environment = row.environment;
        row.id = EnvironmentIntegrationId{uuid_v7(backend_.clock.now())};
        pg::Query<Ensured> query = [row = std::move(row),
                                    &keyring = backend_.keyring](pqxx::work& transaction) -> Result<Ensured> {
            auto const app = seal_app(transaction, keyring, row);
            if (!app)
                return app.error();
            auto const made = transaction.exec_params(kInsert, sql_id(row.environment), sql_id(row.id),
                                                      sql_id(row.integration), sql_json(row.override), row.is_enabled,
                                                      row.show_in_catalog, app->sealed, app->key_version);
            if (!made.empty())
                return Ensured{installation_in(made[0]), true};
            auto const known =
                transaction.exec_params1(kFindByIntegration, sql_id(row.environment), sql_id(row.integration));
            return Ensured{installation_in(known), false};
        };
        co_return co_await backend_.pool.transact<Ensured>(environment, deadline, std::move(query));
    }

    Task<Result<EnvironmentIntegration>> find(EnvironmentId environment, EnvironmentIntegrationId id,
                                              Deadline deadline) override
    {
        pg::Query<EnvironmentIntegration> query = [environment,
                                                   id](pqxx::work& transaction) -> Result<EnvironmentIntegration> {
            auto const rows = transaction.exec_params(kFind, sql_id(environment), sql_id(id));
            if (rows.empty())
                return not_found("environment integration");
            return installation_in(rows[0]);
        };
        co_return co_await backend_.pool.transact<EnvironmentIntegration>(environment, deadline, std::move(query));
    }

    Task<Result<InstallationState>> load(EnvironmentId environment, EnvironmentIntegrationId id,
                                         Deadline deadline) override
    {
        pg::Query<InstallationState> query =
            [environment, id, &keyring = backend_.keyring](pqxx::work& transaction) -> Result<InstallationState> {
            auto const rows = transaction.exec_params(kFind, sql_id(environment), sql_id(id));
            if (rows.empty())
                return not_found("environment integration");
            auto const more = transaction.exec_params1(kLoad, sql_id(environment), sql_id(id));
            InstallationState state{installation_in(rows[0]), std::nullopt, more[2].as<int>()};
            if (more[0].is_null())
                return state;
            auto key = data_key(transaction, keyring, environment, more[1].as<std::uint32_t>());
            if (!key)
                return key.error();
            state.app_secret = SealedSecret{*std::move(key), app_place(id), bytes_in(more[0])};
            return state;
        };
        co_return co_await backend_.pool.transact<InstallationState>(environment, deadline, std::move(query));
    }

    Task<Result<tenancy::Page<EnvironmentIntegration>>> list(EnvironmentId environment, tenancy::ListQuery list,
                                                             Deadline deadline) override
    {
        using ListPage = tenancy::Page<EnvironmentIntegration>;
        pg::Query<ListPage> query = [list = std::move(list)](pqxx::work& transaction) -> Result<ListPage> {
            auto const rows = run_list(transaction, kList, "id", kFields, list);
            if (!rows)
                return rows.error();
            std::vector<EnvironmentIntegration> items;
            for (auto const& row : *rows)
                items.push_back(installation_in(row));
            return page_of(std::move(items), list);
        };
        co_return co_await backend_.pool.transact<ListPage>(environment, deadline, std::move(query));
    }

    Task<Result<EnvironmentIntegration>> update(EnvironmentIntegration row, Deadline deadline) override
    {
        auto const environment = row.environment;
        ChangingQuery<EnvironmentIntegration> query =
            [row = std::move(row), &keyring = backend_.keyring,
             now = backend_.clock.now()](pqxx::work& transaction, Changes& changes) -> Result<EnvironmentIntegration> {
            auto const app = seal_app(transaction, keyring, row);
            if (!app)
                return app.error();
            auto const before =
                transaction.exec_params(kLockToUpdate, sql_id(row.environment), sql_id(row.id), sql_json(row.override));
            if (before.empty())
                return not_found("environment integration");
            bool const is_new_app = row.app_secret || before[0][0].as<bool>();
            auto const changed = transaction.exec_params(
                kUpdate, sql_id(row.environment), sql_id(row.id), sql_json(row.override), row.is_enabled,
                row.show_in_catalog, row.override.contains("credentials"), app->sealed, app->key_version, is_new_app);
            changes.add({Change::Kind::installation, row.environment, row.id.uuid()});
            auto installation = installation_in(changed[0]);
            if (is_new_app && !installation.last_error.is_null()) {
                accept_app(transaction, now, row.environment, row.id);
                installation.last_error = nullptr;
            }
            return installation;
        };
        co_return co_await transact_change<EnvironmentIntegration>(backend_, environment, deadline, std::move(query));
    }

    Task<Result<void>> remove(EnvironmentId environment, EnvironmentIntegrationId id, Deadline deadline) override
    {
        ChangingQuery<bool> query = [environment, id, now = backend_.clock.now()](pqxx::work& transaction,
                                                                                  Changes& changes) -> Result<bool> {
            if (!transaction.exec_params1(kBeginUninstalling, sql_id(id))[0].as<bool>())
                return not_found("environment integration");
            transaction.exec_params0(kDeleteDocumentation, sql_id(environment), sql_id(id));
            schedule(transaction, accounts::kUninstallJob, environment, id.uuid(), now);
            changes.add({Change::Kind::environment, environment, {}});
            return true;
        };
        auto const removed = co_await transact_change<bool>(backend_, environment, deadline, std::move(query));
        if (!removed)
            co_return removed.error();
        co_return Result<void>{};
    }

    Task<Result<bool>> remove_rest(EnvironmentId environment, EnvironmentIntegrationId id, Deadline deadline) override
    {
        pg::Query<bool> query = [environment, id, now = backend_.clock.now()](pqxx::work& transaction) -> Result<bool> {
            auto const deleted =
                transaction.exec_params(kDeleteAccounts, sql_id(environment), sql_id(id), kAccountsAtOnce);
            for (auto const& account : deleted) {
                auto const account_id = id_in<IntegratedAccountId>(account[0]);
                record_event(transaction, now, environment, "integrated_account:deleted", account_id,
                             {{"id", account_id.str()}});
            }
            if (deleted.empty())
                transaction.exec_params1(kEndUninstalling, sql_id(id));
            return !deleted.empty();
        };
        co_return co_await backend_.pool.transact<bool>(environment, deadline, std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

void accept_app(pqxx::work& transaction, Timestamp now, EnvironmentId environment, EnvironmentIntegrationId id)
{
    if (transaction.exec_params(kAcceptApp, sql_id(environment), sql_id(id)).empty())
        return;
    transaction.exec_params0(kWake, sql_id(environment), sql_id(id), kWokenAtMost, kPartitions);
    tell_of_jobs(transaction, accounts::kRefreshJob);
    record_installation_event(transaction, now, environment, id, "reactivated", nullptr);
}

void record_installation_event(pqxx::work& transaction, Timestamp now, EnvironmentId environment,
                               EnvironmentIntegrationId id, std::string_view what, json::value const& last_error)
{
    auto const row = transaction.exec_params1(kIntegrationOf, sql_id(environment), sql_id(id));
    json::object payload{{"id", id.str()}, {"last_error", last_error}};
    payload["integration"] = json::object{{"id", id_in<IntegrationId>(row[0]).str()}, {"name", row[1].c_str()}};
    record_event(transaction, now, environment, std::string("environment_integration:").append(what), std::nullopt,
                 payload);
}

std::unique_ptr<accounts::InstallationRepository> make_installations(Backend const& backend)
{
    return std::make_unique<PgInstallations>(backend);
}

} // namespace sluice::store
