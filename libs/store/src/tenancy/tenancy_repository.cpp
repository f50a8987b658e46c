#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/data_keys.hpp"
#include "core/queries.hpp"
#include "core/rows.hpp"
#include "make_repositories.hpp"
#include "tenancy/tenancy.hpp"

#include <fmt/format.h>

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace tenancy;
using snapshots::Change;

#define SLUICE_TEAM                                                                                                    \
    "id, name, "                                                                                                       \
    "(extract(epoch FROM created_at) * 1000000)::bigint AS created_at"
constexpr char kInsertTeam[] =
    "INSERT INTO teams (id, name) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING RETURNING " SLUICE_TEAM;
constexpr char kFindTeam[] = "SELECT " SLUICE_TEAM " FROM teams WHERE name = $1 OR id::text = $2";
#undef SLUICE_TEAM
#define SLUICE_ENVIRONMENT                                                                                             \
    "e.id, e.team_id, e.name, e.theme, e.link_origins, e.reconnect_url, "                                              \
    "(extract(epoch FROM e.created_at) * 1000000)::bigint AS created_at"
constexpr char kInsertEnvironment[] = "INSERT INTO environments AS e (id, team_id, name) VALUES ($1, $2, $3) "
                                      "ON CONFLICT (team_id, name) DO NOTHING RETURNING " SLUICE_ENVIRONMENT;
constexpr char kFindEnvironment[] =
    "SELECT " SLUICE_ENVIRONMENT " FROM environments e JOIN teams t ON t.id = e.team_id "
    "WHERE (t.name = $1 OR t.id::text = $2) AND (e.name = $3 OR e.id::text = $4)";
constexpr char kLoadEnvironment[] = "SELECT " SLUICE_ENVIRONMENT " FROM environments e WHERE e.id = $1";
constexpr char kSetLinkUi[] = "UPDATE environments e SET theme = coalesce($2::jsonb, theme), "
                              "link_origins = coalesce($3::jsonb, link_origins), "
                              "reconnect_url = nullif(coalesce($4, reconnect_url), '') WHERE e.id = $1 "
                              "RETURNING " SLUICE_ENVIRONMENT;
#undef SLUICE_ENVIRONMENT
constexpr char kEnter[] = "SELECT set_config('sluice.environment_id', $1, true)";
constexpr char kKeyChecks[] = "SELECT master_key_id, value FROM key_checks";
constexpr char kInsertKeyCheck[] =
    "INSERT INTO key_checks (master_key_id, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
constexpr char kInsertTokenCheck[] = "INSERT INTO token_key_checks (value) VALUES ($1) ON CONFLICT DO NOTHING";
constexpr char kTokenCheck[] = "SELECT value FROM token_key_checks";

/// A text that may be a name or an id, as the id.
template <class IdType>
std::string as_id(std::string const& text)
{
    auto const id = IdType::parse(text);
    return id ? sql_id(*id) : std::string();
}

Team team_in(pqxx::row const& row)
{
    return {id_in<TeamId>(row["id"]), row["name"].c_str(), time_in(row["created_at"])};
}

Environment environment_in(pqxx::row const& row)
{
    Environment environment;
    environment.id = id_in<EnvironmentId>(row["id"]);
    environment.team_id = id_in<TeamId>(row["team_id"]);
    environment.name = row["name"].c_str();
    environment.theme = object_in(row["theme"]);
    environment.link_origins = json::texts_in(json_in(row["link_origins"]));
    environment.reconnect_url = text_in(row["reconnect_url"]);
    environment.created_at = time_in(row["created_at"]);
    return environment;
}

Result<Team> select_team(pqxx::work& transaction, std::string const& team)
{
    auto const rows = transaction.exec_params(kFindTeam, team, as_id<TeamId>(team));
    if (rows.empty())
        return Error{ErrorCode::not_found, fmt::format("There is no team {}. `sluice team create` makes one.", team)};
    return team_in(rows[0]);
}

Result<Environment> select_environment(pqxx::work& transaction, std::string const& team, std::string const& name)
{
    auto const rows =
        transaction.exec_params(kFindEnvironment, team, as_id<TeamId>(team), name, as_id<EnvironmentId>(name));
    if (rows.empty())
        return Error{ErrorCode::not_found, fmt::format("There is no environment {} of a team {}.", name, team)};
    return environment_in(rows[0]);
}

Result<bool> compare_keys(pqxx::work& transaction, crypto::Keyring const& keyring)
{
    std::map<std::uint32_t, std::string> known;
    for (auto const& row : transaction.exec(kKeyChecks))
        known.emplace(row["master_key_id"].as<std::uint32_t>(), row["value"].c_str());
    for (auto const& [id, value] : known) {
        if (keyring.find(id) == nullptr)
            return Error{ErrorCode::not_found,
                         fmt::format("The keyring has no key {}, under which this database has sealed credentials. "
                                     "Restore it.",
                                     id)};
        if (crypto::key_check(keyring, id) != value)
            return Error{ErrorCode::conflict, fmt::format("Key {} of the keyring is not the key {} this database was "
                                                          "sealed with. Use the right keyring file.",
                                                          id, id)};
    }
    transaction.exec_params0(kInsertKeyCheck, keyring.active(), crypto::key_check(keyring, keyring.active()));
    auto const token_check = crypto::token_key_check(keyring);
    transaction.exec_params0(kInsertTokenCheck, token_check);
    if (transaction.exec1(kTokenCheck)["value"].c_str() != token_check)
        return Error{ErrorCode::conflict,
                     "The keyring's token_key is not the one that this database's tokens were made "
                     "with, so all of them would be refused. Restore it."};
    return true;
}

class PgTenancy final : public TenancyRepository {
public:
    explicit PgTenancy(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<Created<Team>>> ensure_team(std::string name, Deadline deadline) override
    {
        pg::Query<Created<Team>> query = [id = TeamId{uuid_v7(backend_.clock.now())},
                                          name = std::move(name)](pqxx::work& transaction) -> Result<Created<Team>> {
            if (auto const made = transaction.exec_params(kInsertTeam, sql_id(id), name); !made.empty())
                return Created<Team>{team_in(made[0]), true};
            return Created<Team>{team_in(transaction.exec_params1(kFindTeam, name, std::string())), false};
        };
        co_return co_await backend_.pool.lookup<Created<Team>>(deadline, std::move(query));
    }

    Task<Result<Team>> find_team(std::string team, Deadline deadline) override
    {
        pg::Query<Team> query = [team = std::move(team)](pqxx::work& transaction) {
            return select_team(transaction, team);
        };
        co_return co_await backend_.pool.lookup<Team>(deadline, std::move(query));
    }

    Task<Result<Created<Environment>>> ensure_environment(std::string team, std::string name,
                                                          Deadline deadline) override
    {
        pg::Query<Created<Environment>> query =
            [id = EnvironmentId{uuid_v7(backend_.clock.now())}, team = std::move(team), name = std::move(name),
             &keyring = backend_.keyring](pqxx::work& transaction) -> Result<Created<Environment>> {
            auto const owner = select_team(transaction, team);
            if (!owner)
                return owner.error();
            auto const made = transaction.exec_params(kInsertEnvironment, sql_id(id), sql_id(owner->id), name);
            if (made.empty()) {
                auto known = select_environment(transaction, team, name);
                if (!known)
                    return known.error();
                return Created<Environment>{std::move(*known), false};
            }
            transaction.exec_params1(kEnter, sql_id(id));
            insert_data_key(transaction, keyring, crypto::DataKey::generate(id, 1));
            return Created<Environment>{environment_in(made[0]), true};
        };
        co_return co_await backend_.pool.lookup<Created<Environment>>(deadline, std::move(query));
    }

    Task<Result<Environment>> find_environment(std::string team, std::string name, Deadline deadline) override
    {
        pg::Query<Environment> query = [team = std::move(team), name = std::move(name)](pqxx::work& transaction) {
            return select_environment(transaction, team, name);
        };
        co_return co_await backend_.pool.lookup<Environment>(deadline, std::move(query));
    }

    Task<Result<Environment>> load_environment(EnvironmentId id, Deadline deadline) override
    {
        pg::Query<Environment> query = [id](pqxx::work& transaction) -> Result<Environment> {
            auto const rows = transaction.exec_params(kLoadEnvironment, sql_id(id));
            return only_row<Environment>(rows, "environment", environment_in);
        };
        co_return co_await backend_.pool.lookup<Environment>(deadline, std::move(query));
    }

    Task<Result<Environment>> update_environment(EnvironmentId id, EnvironmentChange change, Deadline deadline) override
    {
        ChangingQuery<Environment> query = [id, change = std::move(change)](pqxx::work& transaction,
                                                                            Changes& changes) -> Result<Environment> {
            auto const rows = transaction.exec_params(
                kSetLinkUi, sql_id(id), change.theme ? std::optional(sql_json(*change.theme)) : std::nullopt,
                change.link_origins ? std::optional(sql_json(json::array_of(*change.link_origins))) : std::nullopt,
                change.reconnect_url);
            if (rows.empty())
                return not_found("environment");
            changes.add({Change::Kind::environment, id, {}});
            return environment_in(rows[0]);
        };
        co_return co_await transact_change<Environment>(backend_, std::nullopt, deadline, std::move(query));
    }

    Task<Result<void>> check_keyring(Deadline deadline) override
    {
        pg::Query<bool> query = [&keyring = backend_.keyring](pqxx::work& transaction) {
            return compare_keys(transaction, keyring);
        };
        return without_value(backend_.pool.lookup<bool>(deadline, std::move(query)));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<tenancy::TenancyRepository> make_tenancy(Backend const& backend)
{
    return std::make_unique<PgTenancy>(backend);
}

} // namespace sluice::store
