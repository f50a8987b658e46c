#include "accounts/account.hpp"
#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/data_keys.hpp"
#include "core/event_rows.hpp"
#include "core/queries.hpp"
#include "core/rows.hpp"
#include "make_repositories.hpp"
#include "tenancy/tenancy.hpp"

#include <map>

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace tenancy;
using snapshots::Change;

constexpr char kAnnounce[] = "INSERT INTO replicas (id, name, key_ids) VALUES ($1, $2, $3::jsonb) "
                             "ON CONFLICT (id) DO UPDATE SET key_ids = excluded.key_ids, seen_at = now()";
constexpr char kForget[] = "DELETE FROM replicas WHERE id = $1 OR seen_at < now() - interval '1 day'";
constexpr char kReplicas[] = "SELECT id, name, key_ids, "
                             "(extract(epoch FROM seen_at) * 1000000)::bigint AS seen_at FROM replicas "
                             "WHERE seen_at > now() - make_interval(secs => $1) ORDER BY name, id";
constexpr char kEnvironments[] = "SELECT id FROM environments ORDER BY id";
constexpr char kSecretUses[] = "SELECT key_id, uses FROM count_secrets()";
constexpr char kEnter[] = "SELECT set_config('sluice.environment_id', $1, true)";
constexpr char kDataKeyUses[] = "SELECT master_key_id, count(*) AS uses FROM data_keys WHERE environment_id = $1 "
                                "AND shredded_at IS NULL GROUP BY master_key_id";
constexpr char kToWrap[] = "SELECT version FROM data_keys WHERE environment_id = $1 AND master_key_id <> $2 "
                           "AND shredded_at IS NULL FOR UPDATE";
constexpr char kRewrap[] = "UPDATE data_keys SET master_key_id = $3, wrapped = decode($4, 'hex') "
                           "WHERE environment_id = $1 AND version = $2";
constexpr char kTeams[] = "SELECT id FROM teams ORDER BY id";
constexpr char kEnterTeam[] = "SELECT set_config('sluice.team_id', $1, true)";
constexpr char kTeamKeyUses[] =
    "SELECT master_key_id, count(*) AS uses FROM team_data_keys WHERE team_id = $1 GROUP BY master_key_id";
constexpr char kToWrapOfTeam[] =
    "SELECT version FROM team_data_keys WHERE team_id = $1 AND master_key_id <> $2 FOR UPDATE";
constexpr char kRewrapOfTeam[] = "UPDATE team_data_keys SET master_key_id = $3, wrapped = decode($4, 'hex') "
                                 "WHERE team_id = $1 AND version = $2";
constexpr char kShred[] = "UPDATE data_keys SET wrapped = '', shredded_at = now() WHERE environment_id = $1 "
                          "AND shredded_at IS NULL";
constexpr char kNextVersion[] =
    "SELECT coalesce(max(version), 0) + 1 AS version FROM data_keys WHERE environment_id = $1";
constexpr char kAccounts[] = "SELECT id FROM integrated_accounts WHERE environment_id = $1 FOR UPDATE";
constexpr char kEmpty[] =
    "UPDATE integrated_accounts SET sealed = decode($3, 'hex'), data_key_version = $4, status = 'needs_reauth', "
    "generation = generation + 1, access_expires_at = NULL, refresh_due_at = NULL, refresh_lease_owner = NULL, "
    "refresh_lease_until = NULL, refresh_intent_generation = NULL, last_error = $5::jsonb, updated_at = now() "
    "WHERE environment_id = $1 AND id = $2";
constexpr char kDropInstalled[] = "UPDATE environment_integrations SET sealed = NULL, data_key_version = NULL, "
                                  "tls_sealed = NULL, tls_data_key_version = NULL WHERE environment_id = $1";
constexpr char kDropWebhooks[] = "DELETE FROM webhooks WHERE environment_id = $1";
constexpr char kDropLinks[] = "DELETE FROM link_tokens WHERE environment_id = $1";
constexpr char kDropConnections[] = "DELETE FROM connections WHERE environment_id = $1";

json::array ids_json(std::vector<std::uint32_t> const& ids)
{
    json::array array;
    for (auto const id : ids)
        array.emplace_back(id);
    return array;
}

/// Everything sealed in the environment goes with its keys; what can be made anew says so.
Result<std::size_t> shred_in(pqxx::work& transaction, Changes& changes, Backend const& backend,
                             EnvironmentId environment)
{
    transaction.exec_params0(kShred, sql_id(environment));
    auto const version = transaction.exec_params1(kNextVersion, sql_id(environment))["version"].as<std::uint32_t>();
    auto const key = crypto::DataKey::generate(environment, version);
    insert_data_key(transaction, backend.keyring, key);
    json::object const error{
        {"type", "authentication_error"},
        {"message", "The credentials of this environment were shredded: connect the account again."},
        {"occurred_at", to_rfc3339(backend.clock.now())}};
    auto const accounts = transaction.exec_params(kAccounts, sql_id(environment));
    for (auto const& row : accounts) {
        auto const id = id_in<IntegratedAccountId>(row["id"]);
        auto const empty = key.seal(accounts::sealing_place(id), "{}");
        transaction.exec_params0(kEmpty, sql_id(environment), sql_id(id), sql_bytes(empty), version, sql_json(error));
    }
    for (auto const* sql : {kDropInstalled, kDropWebhooks, kDropLinks, kDropConnections})
        transaction.exec_params0(sql, sql_id(environment));
    changes.add({Change::Kind::environment, environment, {}});
    return static_cast<std::size_t>(accounts.size());
}

using KeyUses = std::map<std::uint32_t, KeyUse>;

/// Adds those of everything that `owners` lists; `enter` shows the rows of one of them.
void add_data_keys(pqxx::work& transaction, KeyUses& uses, char const* owners, char const* enter, char const* count)
{
    for (auto const& owner : transaction.exec(owners)) {
        std::string const id = owner["id"].c_str();
        transaction.exec_params1(enter, id);
        for (auto const& row : transaction.exec_params(count, id)) {
            auto const key = row["master_key_id"].as<std::uint32_t>();
            uses[key].id = key;
            uses[key].data_keys += row["uses"].as<std::int64_t>();
        }
    }
}

/// Wraps the keys that `to_wrap` lists; `read` gives one of them by its version.
template <class OwnerId, class Read>
Result<std::size_t> wrap_anew(pqxx::work& transaction, crypto::Keyring const& keyring, OwnerId owner,
                              char const* to_wrap, char const* rewrap, Read read)
{
    auto const active = keyring.active();
    auto const rows = transaction.exec_params(to_wrap, sql_id(owner), active);
    for (auto const& row : rows) {
        auto const key = read(transaction, keyring, owner, row["version"].template as<std::uint32_t>());
        if (!key)
            return key.error();
        transaction.exec_params0(rewrap, sql_id(owner), key->version(), active, sql_bytes(key->wrap(keyring)));
    }
    return static_cast<std::size_t>(rows.size());
}

/// Tells the audit log how many keys were wrapped. Gives `wrapped`.
Result<std::size_t> told(Changes& changes, crypto::Keyring const& keyring, std::string target,
                         Result<std::size_t> wrapped)
{
    if (wrapped)
        changes.audit({"keys.rotate", std::move(target), std::nullopt,
                       json::object{{"master_key_id", keyring.active()}, {"data_keys_wrapped", *wrapped}}});
    return wrapped;
}

class PgKeys final : public KeyRepository {
public:
    explicit PgKeys(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<void>> announce_replica(Replica replica, Deadline deadline) override
    {
        pg::Query<bool> query = [replica = std::move(replica)](pqxx::work& transaction) -> Result<bool> {
            transaction.exec_params0(kAnnounce, sql_id(replica.id), replica.name, sql_json(ids_json(replica.key_ids)));
            return true;
        };
        return without_value(backend_.pool.lookup<bool>(deadline, std::move(query)));
    }

    Task<Result<void>> forget_replica(Uuid id, Deadline deadline) override
    {
        pg::Query<bool> query = [id](pqxx::work& transaction) -> Result<bool> {
            transaction.exec_params0(kForget, sql_id(id));
            return true;
        };
        return without_value(backend_.pool.lookup<bool>(deadline, std::move(query)));
    }

    Task<Result<std::vector<Replica>>> replicas(Deadline deadline) override
    {
        using Replicas = std::vector<Replica>;
        pg::Query<Replicas> query = [](pqxx::work& transaction) -> Result<Replicas> {
            Replicas replicas;
            for (auto const& row : transaction.exec_params(kReplicas, static_cast<double>(kReplicaLifetime.count()))) {
                Replica replica{uuid_in(row["id"]), row["name"].c_str(), {}, time_in(row["seen_at"])};
                auto const ids = json_in(row["key_ids"]);
                for (auto const& id : ids.get_array())
                    replica.key_ids.push_back(id.to_number<std::uint32_t>());
                replicas.push_back(std::move(replica));
            }
            return replicas;
        };
        co_return co_await backend_.pool.lookup<Replicas>(deadline, std::move(query));
    }

    Task<Result<std::vector<KeyUse>>> uses(Deadline deadline) override
    {
        using Uses = std::vector<KeyUse>;
        pg::Query<Uses> query = [&keyring = backend_.keyring](pqxx::work& transaction) -> Result<Uses> {
            KeyUses uses;
            for (auto const id : keyring.ids())
                uses[id].id = id;
            for (auto const& row : transaction.exec(kSecretUses)) {
                auto const id = row["key_id"].as<std::uint32_t>();
                uses[id] = {id, 0, row["uses"].as<std::int64_t>()};
            }
            add_data_keys(transaction, uses, kEnvironments, kEnter, kDataKeyUses);
            add_data_keys(transaction, uses, kTeams, kEnterTeam, kTeamKeyUses);
            Uses all;
            for (auto const& [id, use] : uses)
                all.push_back(use);
            return all;
        };
        co_return co_await backend_.pool.lookup<Uses>(deadline, std::move(query));
    }

    Task<Result<std::size_t>> rewrap(EnvironmentId environment, Author author, Deadline deadline) override
    {
        ChangingQuery<std::size_t> query = [environment, &keyring = backend_.keyring](pqxx::work& transaction,
                                                                                      Changes& changes) {
            return told(changes, keyring, environment.str(),
                        wrap_anew(transaction, keyring, environment, kToWrap, kRewrap, data_key));
        };
        co_return co_await transact_change<std::size_t>(backend_, environment, std::move(author), deadline,
                                                        std::move(query));
    }

    Task<Result<std::size_t>> rewrap(TeamId team, Author author, Deadline deadline) override
    {
        using Read = Result<crypto::DataKey> (*)(pqxx::work&, crypto::Keyring const&, TeamId, std::uint32_t);
        ChangingQuery<std::size_t> query = [team, &keyring = backend_.keyring](pqxx::work& transaction,
                                                                               Changes& changes) {
            return told(changes, keyring, team.str(),
                        wrap_anew(transaction, keyring, team, kToWrapOfTeam, kRewrapOfTeam, Read{team_data_key}));
        };
        co_return co_await transact_change<std::size_t>(backend_, team, std::move(author), deadline, std::move(query));
    }

    Task<Result<std::vector<TeamId>>> teams(Deadline deadline) override
    {
        using Teams = std::vector<TeamId>;
        pg::Query<Teams> query = [](pqxx::work& transaction) -> Result<Teams> {
            Teams teams;
            for (auto const& row : transaction.exec(kTeams))
                teams.push_back(id_in<TeamId>(row["id"]));
            return teams;
        };
        co_return co_await backend_.pool.lookup<Teams>(deadline, std::move(query));
    }

    Task<Result<std::size_t>> shred(EnvironmentId environment, Author author, Deadline deadline) override
    {
        ChangingQuery<std::size_t> query = [environment, &backend = backend_](pqxx::work& transaction,
                                                                              Changes& changes) {
            auto const accounts = shred_in(transaction, changes, backend, environment);
            if (accounts)
                changes.audit({"keys.shred", environment.str(), std::nullopt,
                               json::object{{"accounts_to_reconnect", *accounts}}});
            return accounts;
        };
        co_return co_await transact_change<std::size_t>(backend_, environment, std::move(author), deadline,
                                                        std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<tenancy::KeyRepository> make_keys(Backend const& backend)
{
    return std::make_unique<PgKeys>(backend);
}

} // namespace sluice::store
