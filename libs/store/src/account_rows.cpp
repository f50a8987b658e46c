#include "account_rows.hpp"

#include "accounts/vault.hpp"
#include "data_keys.hpp"
#include "rows.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace accounts;

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

std::optional<pqxx::row> locked_account(pqxx::work& transaction, EnvironmentId environment, IntegratedAccountId id)
{
    auto const rows = transaction.exec_params(kLock, sql_id(environment), sql_id(id));
    return rows.empty() ? std::nullopt : std::optional(rows[0]);
}

LeaseColumns lease_in(pqxx::row const& row)
{
    return {text_in(row[27]).value_or(""), row[28].as<bool>(), row[29].as<bool>(), !row[35].is_null(),
            optional_time_in(row[36])};
}

Result<Account> find_account(pqxx::work& transaction, EnvironmentId environment, IntegratedAccountId id)
{
    auto const rows = transaction.exec_params(kFind, sql_id(environment), sql_id(id));
    if (rows.empty())
        return not_found("integrated account");
    return account_in(rows[0]);
}

std::string_view account_list_sql()
{
    return kList;
}

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

} // namespace sluice::store
