#include "accounts/account_rows.hpp"

#include "accounts/vault.hpp"
#include "core/data_keys.hpp"
#include "core/queries.hpp"
#include "core/rows.hpp"
#include "limits/fair_shares.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace accounts;

#define SLUICE_COLUMNS                                                                                                 \
    "a.id, a.environment_id, a.environment_integration_id, a.tenant_id, a.status, a.authentication_method, a.region, " \
    "a.is_sandbox, a.is_blocked, a.fair_share, a.context, encode(a.sealed, 'hex') AS sealed, a.data_key_version, "     \
    "a.generation, "                                                                                                   \
    "a.last_error, a.last_forbidden_error, "                                                                           \
    "(extract(epoch FROM a.access_expires_at) * 1000000)::bigint AS access_expires_at, "                               \
    "(extract(epoch FROM a.refresh_due_at) * 1000000)::bigint AS refresh_due_at, "                                     \
    "(extract(epoch FROM a.renewals_fail_since) * 1000000)::bigint AS renewals_fail_since, "                           \
    "(extract(epoch FROM a.grant_refused_at) * 1000000)::bigint AS grant_refused_at, "                                 \
    "(extract(epoch FROM a.credential_refused_at) * 1000000)::bigint AS credential_refused_at, "                       \
    "(extract(epoch FROM a.created_at) * 1000000)::bigint AS created_at, "                                             \
    "(extract(epoch FROM a.updated_at) * 1000000)::bigint AS updated_at, "                                             \
    "a.refresh_lease_owner, coalesce(a.refresh_lease_until > now(), false) AS is_leased, "                             \
    "coalesce(a.refresh_intent_generation = a.generation, false) AS has_intent, "                                      \
    "e.integration_id, i.name AS integration_name, i.category AS integration_category, "                               \
    "i.version AS integration_version, e.is_enabled, e.override, encode(e.sealed, 'hex') AS app_sealed, "              \
    "e.last_error->>'message' AS app_error, "                                                                          \
    "(extract(epoch FROM e.app_retry_at) * 1000000)::bigint AS app_retry_at, "                                         \
    "(extract(epoch FROM e.app_worked_at) * 1000000)::bigint AS app_worked_at, "                                       \
    "n.reconnect_url, n.log_bodies_hours, n.structured_limits "
#define SLUICE_SELECT                                                                                                  \
    "SELECT " SLUICE_COLUMNS                                                                                           \
    "FROM integrated_accounts a JOIN environment_integrations e ON e.environment_id = a.environment_id "               \
    "AND e.id = a.environment_integration_id JOIN integrations i ON i.id = e.integration_id "                          \
    "JOIN environments n ON n.id = a.environment_id "
constexpr char kFind[] = SLUICE_SELECT "WHERE a.environment_id = $1 AND a.id = $2";
constexpr char kLock[] = SLUICE_SELECT "WHERE a.environment_id = $1 AND a.id = $2 FOR NO KEY UPDATE OF a";
constexpr char kList[] = SLUICE_SELECT "WHERE true";
#undef SLUICE_SELECT
/// A newer replica may have stored what this one does not know; then nothing is shared out here.
std::shared_ptr<limits::FairShares const> fair_share_in(pqxx::field const& field)
{
    if (field.is_null())
        return nullptr;
    auto shares = limits::FairShares::parse(json_in(field));
    return shares ? std::make_shared<limits::FairShares const>(*std::move(shares)) : nullptr;
}

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

} // namespace

Account account_in(pqxx::row const& row)
{
    Account account;
    account.id = id_in<IntegratedAccountId>(row["id"]);
    account.environment = id_in<EnvironmentId>(row["environment_id"]);
    account.environment_integration = id_in<EnvironmentIntegrationId>(row["environment_integration_id"]);
    account.integration = id_in<IntegrationId>(row["integration_id"]);
    account.integration_name = row["integration_name"].c_str();
    account.integration_category = row["integration_category"].c_str();
    account.tenant_id = row["tenant_id"].c_str();
    account.status = status_of(row["status"].c_str()).value_or(Status::connecting);
    account.authentication_method = row["authentication_method"].c_str();
    account.region = text_in(row["region"]);
    account.is_sandbox = row["is_sandbox"].as<bool>();
    account.is_blocked = row["is_blocked"].as<bool>();
    account.fair_share = fair_share_in(row["fair_share"]);
    account.context = object_in(row["context"]);
    account.sealed = bytes_in(row["sealed"]);
    account.data_key_version = row["data_key_version"].as<std::uint32_t>();
    account.generation = row["generation"].as<std::int64_t>();
    account.last_error = json_in(row["last_error"]);
    account.last_forbidden_error = json_in(row["last_forbidden_error"]);
    account.access_expires_at = optional_time_in(row["access_expires_at"]);
    account.refresh_due_at = optional_time_in(row["refresh_due_at"]);
    account.doubts.renewals_fail_since = optional_time_in(row["renewals_fail_since"]);
    account.doubts.grant_refused_at = optional_time_in(row["grant_refused_at"]);
    account.doubts.credential_refused_at = optional_time_in(row["credential_refused_at"]);
    account.created_at = time_in(row["created_at"]);
    account.updated_at = time_in(row["updated_at"]);
    return account;
}

json::object audited(Account const& account)
{
    return {{"tenant_id", account.tenant_id},
            {"environment_integration_id", account.environment_integration.str()},
            {"status", name_of(account.status)},
            {"authentication_method", account.authentication_method},
            {"region", text_or_null(account.region)},
            {"is_sandbox", account.is_sandbox},
            {"is_blocked", account.is_blocked},
            {"fair_share", account.fair_share ? json::value(account.fair_share->to_json()) : json::value(nullptr)},
            {"context", account.context}};
}

std::optional<pqxx::row> locked_account(pqxx::work& transaction, EnvironmentId environment, IntegratedAccountId id)
{
    auto const rows = transaction.exec_params(kLock, sql_id(environment), sql_id(id));
    return rows.empty() ? std::nullopt : std::optional(rows[0]);
}

LeaseColumns lease_in(pqxx::row const& row)
{
    LeaseColumns lease;
    lease.owner = text_in(row["refresh_lease_owner"]).value_or("");
    lease.is_held = row["is_leased"].as<bool>();
    lease.has_intent = row["has_intent"].as<bool>();
    lease.is_app_refused = !row["app_retry_at"].is_null();
    lease.app_worked_at = optional_time_in(row["app_worked_at"]);
    return lease;
}

Result<Account> find_account(pqxx::work& transaction, EnvironmentId environment, IntegratedAccountId id)
{
    auto const rows = transaction.exec_params(kFind, sql_id(environment), sql_id(id));
    return only_row<Account>(rows, "integrated account", account_in);
}

std::string_view account_list_sql()
{
    return kList;
}

AccountSql const& account_sql()
{
    static AccountSql const sql{
        SLUICE_COLUMNS
        ", c.records AS schema_records, "
        "k.version AS key_version, k.master_key_id AS key_master, encode(k.wrapped, 'hex') AS key_wrapped, "
        "o.version AS app_key_version, o.master_key_id AS app_key_master, "
        "encode(o.wrapped, 'hex') AS app_key_wrapped, "
        "encode(e.tls_sealed, 'hex') AS tls_sealed, t.version AS tls_key_version, t.master_key_id AS tls_key_master, "
        "encode(t.wrapped, 'hex') AS tls_key_wrapped, "
        // Once for each installation: the rows of its other accounts have the same.
        "CASE WHEN row_number() OVER (PARTITION BY e.id ORDER BY a.id) = 1 THEN "
        "(SELECT json_agg(json_build_array(d.resource, d.method, d.type, d.value) "
        "ORDER BY d.entity_type DESC, d.resource, d.method, d.type) FROM documentation d "
        "WHERE d.environment_id = e.environment_id AND d.type IN ('description', 'name', "
        "'query_schema', 'body_schema') "
        "AND ((d.entity_type = 'integration' AND d.entity_id = e.integration_id) "
        "OR (d.entity_type = 'environment_integration' AND d.entity_id = e.id))) END AS documentation ",
        "JOIN environment_integrations e ON e.environment_id = a.environment_id "
        "AND e.id = a.environment_integration_id "
        "JOIN integrations i ON i.id = e.integration_id "
        "JOIN environments n ON n.id = a.environment_id "
        "LEFT JOIN account_schemas c ON c.environment_id = a.environment_id AND c.integrated_account_id = a.id "
        "LEFT JOIN data_keys k ON k.environment_id = a.environment_id AND k.version = a.data_key_version "
        "AND k.shredded_at IS NULL "
        "LEFT JOIN data_keys o ON o.environment_id = e.environment_id AND o.version = e.data_key_version "
        "AND o.shredded_at IS NULL "
        "LEFT JOIN data_keys t ON t.environment_id = e.environment_id AND t.version = e.tls_data_key_version "
        "AND t.shredded_at IS NULL "};
    return sql;
}

Result<AccountState> AccountRows::state(pqxx::row const& row)
{
    AccountState state;
    state.account = account_in(row);
    auto const environment = state.account.environment;
    state.is_enabled = row["is_enabled"].as<bool>();
    state.override = object_in(row["override"]);
    state.integration_version = row["integration_version"].as<int>();
    state.reconnect_url = text_in(row["reconnect_url"]).value_or("");
    state.log_bodies_for = std::chrono::hours(row["log_bodies_hours"].as<int>());
    state.structured_limits = row["structured_limits"].as<bool>();
    if (auto const retry_at = optional_time_in(row["app_retry_at"]))
        state.app_trouble = AppTrouble{text_in(row["app_error"]).value_or(""), *retry_at};
    state.app_worked_at = optional_time_in(row["app_worked_at"]);
    state.schema = object_in(row["schema_records"]);
    auto& documentation = documentation_[state.account.environment_integration];
    if (!row["documentation"].is_null())
        documentation = documentation_in(row["documentation"]);
    state.documentation = documentation;
    if (!row["app_sealed"].is_null()) {
        auto app_key = key_in(row["app_key_version"], row["app_key_master"], row["app_key_wrapped"], environment);
        if (!app_key)
            return app_key.error();
        state.app_secret = SealedSecret{*std::move(app_key), app_place(state.account.environment_integration),
                                        bytes_in(row["app_sealed"])};
    }
    if (!row["tls_sealed"].is_null()) {
        auto tls_key = key_in(row["tls_key_version"], row["tls_key_master"], row["tls_key_wrapped"], environment);
        if (!tls_key)
            return tls_key.error();
        state.tls_key = SealedSecret{*std::move(tls_key), tls_place(state.account.environment_integration),
                                     bytes_in(row["tls_sealed"])};
    }
    auto key = key_in(row["key_version"], row["key_master"], row["key_wrapped"], environment);
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
    return only_row<AccountState>(rows, "integrated account",
                                  [&](pqxx::row const& row) { return AccountRows(keyring).state(row); });
}

} // namespace sluice::store
