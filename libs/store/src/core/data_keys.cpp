#include "core/data_keys.hpp"

#include "core/rows.hpp"

namespace sluice::store {
namespace {

constexpr char kNewest[] = "SELECT version, master_key_id, encode(wrapped, 'hex') AS wrapped FROM data_keys "
                           "WHERE environment_id = $1 AND shredded_at IS NULL ORDER BY version DESC LIMIT 1";
constexpr char kByVersion[] = "SELECT version, master_key_id, encode(wrapped, 'hex') AS wrapped FROM data_keys "
                              "WHERE environment_id = $1 AND version = $2 AND shredded_at IS NULL";
constexpr char kInsert[] = "INSERT INTO data_keys (environment_id, version, master_key_id, wrapped) "
                           "VALUES ($1, $2, $3, decode($4, 'hex'))";

Result<crypto::DataKey> unwrap(pqxx::result const& rows, crypto::Keyring const& keyring, EnvironmentId environment)
{
    if (rows.empty())
        return shredded(environment);
    auto const row = rows[0];
    return crypto::DataKey::unwrap(keyring, row["master_key_id"].as<std::uint32_t>(), environment,
                                   row["version"].as<std::uint32_t>(), bytes_in(row["wrapped"]));
}

} // namespace

Error shredded(EnvironmentId environment)
{
    return {ErrorCode::reauth_needed,
            "The credentials of this environment were shredded: its accounts have to be connected again.",
            "no data key for " + environment.str()};
}

Result<crypto::DataKey> newest_data_key(pqxx::work& transaction, crypto::Keyring const& keyring,
                                        EnvironmentId environment)
{
    return unwrap(transaction.exec_params(kNewest, sql_id(environment)), keyring, environment);
}

Result<crypto::DataKey> data_key(pqxx::work& transaction, crypto::Keyring const& keyring, EnvironmentId environment,
                                 std::uint32_t version)
{
    return unwrap(transaction.exec_params(kByVersion, sql_id(environment), version), keyring, environment);
}

void insert_data_key(pqxx::work& transaction, crypto::Keyring const& keyring, crypto::DataKey const& key)
{
    transaction.exec_params0(kInsert, sql_id(key.environment()), key.version(), keyring.active(),
                             sql_bytes(key.wrap(keyring)));
}

} // namespace sluice::store
