#include "catalog/installation_repository.hpp"
#include "accounts/refresh_job.hpp"
#include "accounts/repositories.hpp"
#include "accounts/tls_settings.hpp"
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
    "SELECT encode(e.sealed, 'hex') AS sealed, e.data_key_version, encode(e.tls_sealed, 'hex') AS tls_sealed, "
    "e.tls_data_key_version, i.version FROM environment_integrations e "
    "JOIN integrations i ON i.id = e.integration_id WHERE e.environment_id = $1 AND e.id = $2";
constexpr char kIntegrationOf[] = "SELECT i.id, i.name FROM environment_integrations e "
                                  "JOIN integrations i ON i.id = e.integration_id "
                                  "WHERE e.environment_id = $1 AND e.id = $2";
constexpr char kFindByIntegration[] =
    "SELECT " SLUICE_COLUMNS " FROM environment_integrations WHERE environment_id = $1 AND integration_id = $2";
// What an OAuth app is asked with, and where: anything else of the override says nothing of it.
constexpr char kLockToUpdate[] =
    "SELECT (override->'credentials', override->'base_url', override->'tls') IS DISTINCT FROM "
    "($3::jsonb->'credentials', $3::jsonb->'base_url', $3::jsonb->'tls') AS is_new_app, "
    "override->'tls'->'certificate' IS DISTINCT FROM $3::jsonb->'tls'->'certificate' AS "
    "is_new_certificate, " SLUICE_COLUMNS
    " FROM environment_integrations WHERE environment_id = $1 AND id = $2 FOR NO KEY UPDATE";
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

/// What the audit log has of it: the members that the API shows. The override has no secrets: they are sealed columns.
json::object audited(EnvironmentIntegration const& installation)
{
    return {{"integration_id", installation.integration.str()},
            {"override", installation.override},
            {"is_enabled", installation.is_enabled},
            {"show_in_catalog", installation.show_in_catalog}};
}

/// Which secrets are new, by the names of their members.
json::array new_secrets(EnvironmentIntegration const& given)
{
    json::array names;
    if (given.app_secret)
        names.emplace_back("credentials.oauth2.client_secret");
    if (given.tls_key)
        names.emplace_back("tls.key");
    return names;
}

/// Without the secrets.
RowValues values_of(EnvironmentIntegration const& installation)
{
    return RowValues()
        .json("override", installation.override)
        .flag("is_enabled", installation.is_enabled)
        .flag("show_in_catalog", installation.show_in_catalog);
}

/// Of an update with `given`.
tenancy::Audited told(EnvironmentIntegration const& given, EnvironmentIntegration const& before,
                      EnvironmentIntegration const& after)
{
    auto told = tenancy::difference("environment_integration.update", given.id.str(), audited(before), audited(after));
    if (auto names = new_secrets(given); !names.empty())
        (*told.after)["new_secrets"] = std::move(names);
    return told;
}

/// Accounts that one transaction deletes. It holds a lock for each of them and each webhook.
constexpr int kAccountsAtOnce = 50;

/// Where a secret of an installation is sealed.
struct SealedColumns {
    std::string_view sealed;
    std::string_view version; ///< Of its data key.
};
constexpr SealedColumns kAppColumns{"sealed", "data_key_version"};
constexpr SealedColumns kTlsColumns{"tls_sealed", "tls_data_key_version"};

void drop(SealedColumns const& columns, RowValues& values)
{
    values.bytes(columns.sealed, std::nullopt).number(columns.version, std::nullopt);
}

/// Adds the secrets that the row has, under the newest key. Those that its override has no use for are dropped; the
/// others stay as they are.
Result<void> seal_secrets(pqxx::work& transaction, crypto::Keyring const& keyring, EnvironmentIntegration const& row,
                          RowValues& values)
{
    std::optional<crypto::DataKey> newest;
    auto const seal = [&](SealedColumns const& columns, std::string const& place,
                          std::optional<Secret> const& secret) -> Result<void> {
        if (!secret)
            return {};
        if (!newest) {
            auto key = newest_data_key(transaction, keyring, row.environment);
            if (!key)
                return key.error();
            newest = *std::move(key);
        }
        values.bytes(columns.sealed, newest->seal(place, secret->reveal())).number(columns.version, newest->version());
        return {};
    };
    if (!row.override.contains("credentials"))
        drop(kAppColumns, values);
    else if (auto const sealed = seal(kAppColumns, app_place(row.id), row.app_secret); !sealed)
        return sealed.error();
    if (!has_certificate(row.override))
        drop(kTlsColumns, values);
    else if (auto const sealed = seal(kTlsColumns, tls_place(row.id), row.tls_key); !sealed)
        return sealed.error();
    return {};
}

/// A secret that is stored in these columns of a row; nothing if there is none.
Result<std::optional<SealedSecret>> sealed_in(pqxx::work& transaction, crypto::Keyring const& keyring,
                                              EnvironmentId environment, pqxx::row const& row,
                                              SealedColumns const& columns, std::string place)
{
    auto const sealed = row[std::string(columns.sealed)];
    if (sealed.is_null())
        return std::optional<SealedSecret>();
    auto const version = row[std::string(columns.version)].as<std::uint32_t>();
    auto key = data_key(transaction, keyring, environment, version);
    if (!key)
        return key.error();
    return std::optional(SealedSecret{*std::move(key), std::move(place), bytes_in(sealed)});
}

class PgInstallations final : public InstallationRepository {
public:
    explicit PgInstallations(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<Ensured>> ensure(EnvironmentIntegration row, tenancy::Author author, Deadline deadline) override
    {
        auto const environment = row.environment;
        row.id = EnvironmentIntegrationId{uuid_v7(backend_.clock.now())};
        ChangingQuery<Ensured> query = [row = std::move(row), &keyring = backend_.keyring](
                                           pqxx::work& transaction, Changes& changes) -> Result<Ensured> {
            auto values = values_of(row);
            if (auto const sealed = seal_secrets(transaction, keyring, row, values); !sealed)
                return sealed.error();
            auto const made = write_row(transaction, kInsert,
                                        {sql_id(row.environment), sql_id(row.id), sql_id(row.integration)}, values);
            if (!made.empty()) {
                auto installation = installation_in(made[0]);
                changes.audit({"environment_integration.create", row.id.str(), std::nullopt, audited(installation)});
                return Ensured{std::move(installation), true};
            }
            auto known = installation_in(
                transaction.exec_params1(kFindByIntegration, sql_id(row.environment), sql_id(row.integration)));
            changes.audit({"environment_integration.confirm", known.id.str()});
            return Ensured{std::move(known), false};
        };
        co_return co_await transact_change<Ensured>(backend_, environment, std::move(author), deadline,
                                                    std::move(query));
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
            auto app = sealed_in(transaction, keyring, environment, more, kAppColumns, app_place(id));
            if (!app)
                return app.error();
            auto tls = sealed_in(transaction, keyring, environment, more, kTlsColumns, tls_place(id));
            if (!tls)
                return tls.error();
            return InstallationState{installation_in(rows[0]), *std::move(app), *std::move(tls),
                                     more["version"].as<int>()};
        };
        co_return co_await backend_.pool.transact<InstallationState>(environment, deadline, std::move(query));
    }

    Task<Result<tenancy::Page<EnvironmentIntegration>>> list(EnvironmentId environment, tenancy::ListQuery list,
                                                             Deadline deadline) override
    {
        return list_rows<EnvironmentIntegration>(backend_.pool, environment, {kList, "id", kFields}, std::move(list),
                                                 installation_in, deadline);
    }

    Task<Result<EnvironmentIntegration>> update(EnvironmentIntegration row, tenancy::Author author,
                                                Deadline deadline) override
    {
        auto const environment = row.environment;
        ChangingQuery<EnvironmentIntegration> query =
            [row = std::move(row), &keyring = backend_.keyring,
             now = backend_.clock.now()](pqxx::work& transaction, Changes& changes) -> Result<EnvironmentIntegration> {
            auto const before =
                transaction.exec_params(kLockToUpdate, sql_id(row.environment), sql_id(row.id), sql_json(row.override));
            if (before.empty())
                return not_found("environment integration");
            if (has_certificate(row.override) && !row.tls_key && before[0]["is_new_certificate"].as<bool>())
                return tls_key_needed();
            bool const is_new_app = row.app_secret || row.tls_key || before[0]["is_new_app"].as<bool>();
            auto values = values_of(row);
            if (is_new_app)
                values.time("app_worked_at", std::nullopt);
            if (auto const sealed = seal_secrets(transaction, keyring, row, values); !sealed)
                return sealed.error();
            auto const changed = write_row(transaction, kUpdate, {sql_id(row.environment), sql_id(row.id)}, values);
            changes.add({Change::Kind::installation, row.environment, row.id.uuid()});
            auto installation = installation_in(changed[0]);
            if (is_new_app && !installation.last_error.is_null()) {
                accept_app(transaction, now, row.environment, row.id);
                installation.last_error = nullptr;
            }
            changes.audit(told(row, installation_in(before[0]), installation));
            return installation;
        };
        co_return co_await transact_change<EnvironmentIntegration>(backend_, environment, std::move(author), deadline,
                                                                   std::move(query));
    }

    Task<Result<void>> remove(EnvironmentId environment, EnvironmentIntegrationId id, tenancy::Author author,
                              Deadline deadline) override
    {
        ChangingQuery<bool> query = [environment, id, now = backend_.clock.now()](pqxx::work& transaction,
                                                                                  Changes& changes) -> Result<bool> {
            auto const known = transaction.exec_params(kFind, sql_id(environment), sql_id(id));
            if (known.empty() || !transaction.exec_params1(kBeginUninstalling, sql_id(id))["is_there"].as<bool>())
                return not_found("environment integration");
            changes.audit(
                {"environment_integration.delete", id.str(), audited(installation_in(known[0])), std::nullopt});
            transaction.exec_params0(kDeleteDocumentation, sql_id(environment), sql_id(id));
            schedule(transaction, accounts::kUninstallJob, environment, id.uuid(), now);
            changes.add({Change::Kind::environment, environment, {}});
            return true;
        };
        return without_value(
            transact_change<bool>(backend_, environment, std::move(author), deadline, std::move(query)));
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
