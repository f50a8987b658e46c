#include "catalog/installation_repository.hpp"
#include "accounts/refresh_job.hpp"
#include "accounts/repositories.hpp"
#include "accounts/uninstall_job.hpp"
#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/data_keys.hpp"
#include "core/event_rows.hpp"
#include "core/job_queue.hpp"
#include "core/list_sql.hpp"
#include "core/queries.hpp"
#include "core/row_values.hpp"
#include "core/rows.hpp"
#include "make_repositories.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace accounts;
using snapshots::Change;

#define SLUICE_COLUMNS                                                                                                 \
    "id, environment_id, integration_id, override, is_enabled, show_in_catalog, last_error, "                          \
    "(extract(epoch FROM created_at) * 1000000)::bigint AS created_at, "                                               \
    "(extract(epoch FROM updated_at) * 1000000)::bigint AS updated_at"
constexpr char kInsert[] = "INSERT INTO environment_integrations (environment_id, id, integration_id, {columns}) "
                           "VALUES ($1, $2, $3, {values}) "
                           "ON CONFLICT (environment_id, integration_id) DO NOTHING RETURNING " SLUICE_COLUMNS;
constexpr char kFind[] =
    "SELECT " SLUICE_COLUMNS " FROM environment_integrations WHERE environment_id = $1 AND id = $2";
constexpr char kLoad[] =
    "SELECT encode(e.sealed, 'hex') AS sealed, e.data_key_version, i.version FROM environment_integrations e "
    "JOIN integrations i ON i.id = e.integration_id WHERE e.environment_id = $1 AND e.id = $2";
constexpr char kIntegrationOf[] = "SELECT i.id, i.name FROM environment_integrations e "
                                  "JOIN integrations i ON i.id = e.integration_id "
                                  "WHERE e.environment_id = $1 AND e.id = $2";
constexpr char kFindByIntegration[] =
    "SELECT " SLUICE_COLUMNS " FROM environment_integrations WHERE environment_id = $1 AND integration_id = $2";
// What an OAuth app is asked with, and where: anything else of the override says nothing of it.
constexpr char kLockToUpdate[] =
    "SELECT (override->'credentials', override->'base_url') IS DISTINCT FROM "
    "($3::jsonb->'credentials', $3::jsonb->'base_url') AS is_new_app FROM environment_integrations "
    "WHERE environment_id = $1 AND id = $2 FOR NO KEY UPDATE";
constexpr char kUpdate[] = "UPDATE environment_integrations SET {assignments}, updated_at = now() "
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
constexpr char kBeginUninstalling[] = "SELECT begin_uninstalling($1) AS is_there";
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
    installation.id = id_in<EnvironmentIntegrationId>(row["id"]);
    installation.environment = id_in<EnvironmentId>(row["environment_id"]);
    installation.integration = id_in<IntegrationId>(row["integration_id"]);
    installation.override = object_in(row["override"]);
    installation.is_enabled = row["is_enabled"].as<bool>();
    installation.show_in_catalog = row["show_in_catalog"].as<bool>();
    installation.created_at = time_in(row["created_at"]);
    installation.updated_at = time_in(row["updated_at"]);
    installation.last_error = json_in(row["last_error"]);
    return installation;
}

/// Without the app's secret.
RowValues values_of(EnvironmentIntegration const& installation)
{
    return RowValues()
        .json("override", installation.override)
        .flag("is_enabled", installation.is_enabled)
        .flag("show_in_catalog", installation.show_in_catalog);
}

/// Accounts that one transaction deletes. It holds a lock for each of them and each webhook.
constexpr int kAccountsAtOnce = 50;

/// Adds the app's secret, if there is one, under the newest key.
Result<void> seal_app(pqxx::work& transaction, crypto::Keyring const& keyring, EnvironmentIntegration const& row,
                      RowValues& values)
{
    if (!row.app_secret)
        return {};
    auto const key = newest_data_key(transaction, keyring, row.environment);
    if (!key)
        return key.error();
    values.bytes("sealed", key->seal(app_place(row.id), row.app_secret->reveal()))
        .number("data_key_version", key->version());
    return {};
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
            auto values = values_of(row);
            if (auto const sealed = seal_app(transaction, keyring, row, values); !sealed)
                return sealed.error();
            auto const made = write_row(transaction, kInsert,
                                        {sql_id(row.environment), sql_id(row.id), sql_id(row.integration)}, values);
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
        return find_row<EnvironmentIntegration>(backend_.pool, environment, id, {kFind, "environment integration"},
                                                installation_in, deadline);
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
            InstallationState state{installation_in(rows[0]), std::nullopt, more["version"].as<int>()};
            if (more["sealed"].is_null())
                return state;
            auto key = data_key(transaction, keyring, environment, more["data_key_version"].as<std::uint32_t>());
            if (!key)
                return key.error();
            state.app_secret = SealedSecret{*std::move(key), app_place(id), bytes_in(more["sealed"])};
            return state;
        };
        co_return co_await backend_.pool.transact<InstallationState>(environment, deadline, std::move(query));
    }

    Task<Result<tenancy::Page<EnvironmentIntegration>>> list(EnvironmentId environment, tenancy::ListQuery list,
                                                             Deadline deadline) override
    {
        return list_rows<EnvironmentIntegration>(backend_.pool, environment, {kList, "id", kFields}, std::move(list),
                                                 installation_in, deadline);
    }

    Task<Result<EnvironmentIntegration>> update(EnvironmentIntegration row, Deadline deadline) override
    {
        auto const environment = row.environment;
        ChangingQuery<EnvironmentIntegration> query =
            [row = std::move(row), &keyring = backend_.keyring,
             now = backend_.clock.now()](pqxx::work& transaction, Changes& changes) -> Result<EnvironmentIntegration> {
            auto const before =
                transaction.exec_params(kLockToUpdate, sql_id(row.environment), sql_id(row.id), sql_json(row.override));
            if (before.empty())
                return not_found("environment integration");
            bool const is_new_app = row.app_secret || before[0]["is_new_app"].as<bool>();
            auto values = values_of(row);
            if (is_new_app)
                values.time("app_worked_at", std::nullopt);
            if (!row.override.contains("credentials"))
                values.bytes("sealed", std::nullopt).number("data_key_version", std::nullopt);
            else if (auto const sealed = seal_app(transaction, keyring, row, values); !sealed)
                return sealed.error();
            auto const changed = write_row(transaction, kUpdate, {sql_id(row.environment), sql_id(row.id)}, values);
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
            if (!transaction.exec_params1(kBeginUninstalling, sql_id(id))["is_there"].as<bool>())
                return not_found("environment integration");
            transaction.exec_params0(kDeleteDocumentation, sql_id(environment), sql_id(id));
            schedule(transaction, accounts::kUninstallJob, environment, id.uuid(), now);
            changes.add({Change::Kind::environment, environment, {}});
            return true;
        };
        return without_value(transact_change<bool>(backend_, environment, deadline, std::move(query)));
    }

    Task<Result<bool>> remove_rest(EnvironmentId environment, EnvironmentIntegrationId id, Deadline deadline) override
    {
        pg::Query<bool> query = [environment, id, now = backend_.clock.now()](pqxx::work& transaction) -> Result<bool> {
            auto const deleted =
                transaction.exec_params(kDeleteAccounts, sql_id(environment), sql_id(id), kAccountsAtOnce);
            for (auto const& account : deleted) {
                auto const account_id = id_in<IntegratedAccountId>(account["id"]);
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
    payload["integration"] = json::object{{"id", id_in<IntegrationId>(row["id"]).str()}, {"name", row["name"].c_str()}};
    record_event(transaction, now, environment, std::string("environment_integration:").append(what), std::nullopt,
                 payload);
}

std::unique_ptr<accounts::InstallationRepository> make_installations(Backend const& backend)
{
    return std::make_unique<PgInstallations>(backend);
}

} // namespace sluice::store
