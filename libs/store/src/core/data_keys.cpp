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
constexpr char kNewestOfTeam[] = "SELECT version, master_key_id, encode(wrapped, 'hex') AS wrapped FROM team_data_keys "
                                 "WHERE team_id = $1 ORDER BY version DESC LIMIT 1";
constexpr char kOfTeamByVersion[] = "SELECT version, master_key_id, encode(wrapped, 'hex') AS wrapped "
                                    "FROM team_data_keys WHERE team_id = $1 AND version = $2";
constexpr char kInsertOfTeam[] = "INSERT INTO team_data_keys (team_id, version, master_key_id, wrapped) "
                                 "VALUES ($1, $2, $3, decode($4, 'hex'))";
// Two who make the first key at once: the second waits here and finds it.
constexpr char kLockTeam[] = "SELECT id FROM teams WHERE id = $1 FOR NO KEY UPDATE";

Result<crypto::DataKey> unwrap_row(pqxx::row const& row, crypto::Keyring const& keyring, crypto::DataKey::Owner owner)
{
    return crypto::DataKey::unwrap(keyring, row["master_key_id"].as<std::uint32_t>(), owner,
                                   row["version"].as<std::uint32_t>(), bytes_in(row["wrapped"]));
}

Result<crypto::DataKey> unwrap(pqxx::result const& rows, crypto::Keyring const& keyring, EnvironmentId environment)
{
    if (rows.empty())
        return shredded(environment);
    return unwrap_row(rows[0], keyring, environment);
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

Result<crypto::DataKey> team_data_key(pqxx::work& transaction, crypto::Keyring const& keyring, TeamId team)
{
    if (auto const rows = transaction.exec_params(kNewestOfTeam, sql_id(team)); !rows.empty())
        return unwrap_row(rows[0], keyring, team);
    if (transaction.exec_params(kLockTeam, sql_id(team)).empty())
        return not_found("team");
    if (auto const rows = transaction.exec_params(kNewestOfTeam, sql_id(team)); !rows.empty())
        return unwrap_row(rows[0], keyring, team);
    auto key = crypto::DataKey::generate(team, 1);
    insert_data_key(transaction, keyring, key);
    return key;
}

Result<crypto::DataKey> team_data_key(pqxx::work& transaction, crypto::Keyring const& keyring, TeamId team,
                                      std::uint32_t version)
{
    auto const rows = transaction.exec_params(kOfTeamByVersion, sql_id(team), version);
    if (rows.empty())
        return Error{ErrorCode::internal, "A stored secret of the team could not be read.",
                     "no data key for " + team.str()};
    return unwrap_row(rows[0], keyring, team);
}

void insert_data_key(pqxx::work& transaction, crypto::Keyring const& keyring, crypto::DataKey const& key)
{
    auto const* const environment = std::get_if<EnvironmentId>(&key.owner());
    auto const owner = environment != nullptr ? sql_id(*environment) : sql_id(std::get<TeamId>(key.owner()));
    transaction.exec_params0(environment != nullptr ? kInsert : kInsertOfTeam, owner, key.version(), keyring.active(),
                             sql_bytes(key.wrap(keyring)));
}

} // namespace sluice::store
