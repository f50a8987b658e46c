#include "data_keys.hpp"

#include "rows.hpp"

namespace sluice::store {
namespace {

constexpr char kNewest[] = "SELECT version, master_key_id, encode(wrapped, 'hex') FROM data_keys "
                           "WHERE environment_id = $1 ORDER BY version DESC LIMIT 1";
constexpr char kByVersion[] = "SELECT version, master_key_id, encode(wrapped, 'hex') FROM data_keys "
                              "WHERE environment_id = $1 AND version = $2";
constexpr char kInsert[] = "INSERT INTO data_keys (environment_id, version, master_key_id, wrapped) "
                           "VALUES ($1, $2, $3, decode($4, 'hex'))";

Result<crypto::DataKey> unwrap(pqxx::result const& rows, crypto::Keyring const& keyring, EnvironmentId environment)
{
    if (rows.empty())
        return Error{ErrorCode::internal, "The environment's credentials can no longer be read.",
                     "no data key for " + environment.str()};
    return crypto::DataKey::unwrap(keyring, rows[0][1].as<std::uint32_t>(), environment, rows[0][0].as<std::uint32_t>(),
                                   bytes_in(rows[0][2]));
}

} // namespace

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
