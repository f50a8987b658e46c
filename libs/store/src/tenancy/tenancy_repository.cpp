#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/data_keys.hpp"
#include "core/list_sql.hpp"
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
constexpr char kLockTeam[] = "SELECT " SLUICE_TEAM " FROM teams WHERE id = $1 FOR NO KEY UPDATE";
constexpr char kRenameTeam[] = "UPDATE teams SET name = $2 WHERE id = $1 AND NOT EXISTS "
                               "(SELECT FROM teams other WHERE other.name = $2 AND other.id <> $1) "
                               "RETURNING " SLUICE_TEAM;
#undef SLUICE_TEAM
#define SLUICE_ENVIRONMENT                                                                                             \
    "e.id, e.team_id, e.name, e.theme, e.link_origins, e.reconnect_url, "                                              \
    "e.log_bodies_hours, e.structured_limits, "                                                                        \
    "(extract(epoch FROM e.created_at) * 1000000)::bigint AS created_at"
constexpr char kInsertEnvironment[] = "INSERT INTO environments AS e (id, team_id, name) VALUES ($1, $2, $3) "
                                      "ON CONFLICT (team_id, name) DO NOTHING RETURNING " SLUICE_ENVIRONMENT;
constexpr char kFindEnvironment[] =
    "SELECT " SLUICE_ENVIRONMENT " FROM environments e JOIN teams t ON t.id = e.team_id "
    "WHERE (t.name = $1 OR t.id::text = $2) AND (e.name = $3 OR e.id::text = $4)";
constexpr char kListEnvironments[] = "SELECT " SLUICE_ENVIRONMENT " FROM environments e WHERE true";
constexpr char kLoadEnvironment[] = "SELECT " SLUICE_ENVIRONMENT " FROM environments e WHERE e.id = $1";
constexpr char kLockEnvironment[] =
    "SELECT " SLUICE_ENVIRONMENT " FROM environments e WHERE e.id = $1 FOR NO KEY UPDATE";
constexpr char kUpdateEnvironment[] = "UPDATE environments e SET theme = coalesce($2::jsonb, theme), "
                                      "link_origins = coalesce($3::jsonb, link_origins), "
                                      "reconnect_url = nullif(coalesce($4, reconnect_url), ''), "
                                      "log_bodies_hours = coalesce($5::integer, log_bodies_hours), "
                                      "structured_limits = coalesce($6::boolean, structured_limits) WHERE e.id = $1 "
                                      "RETURNING " SLUICE_ENVIRONMENT;
#undef SLUICE_ENVIRONMENT
// A row for each kind of which something is known.
constexpr char kQuotaUses[] =
    "SELECT kind, sum(used)::bigint AS used, sum(own_limit)::bigint AS own_limit FROM ("
    "SELECT kind, rows AS used, NULL::bigint AS own_limit FROM row_counts WHERE environment_id = $1 "
    "UNION ALL SELECT kind, NULL, rows FROM environment_quotas WHERE environment_id = $1) both_tables GROUP BY kind";
constexpr char kSetQuota[] = "INSERT INTO environment_quotas (environment_id, kind, rows) VALUES ($1, $2, $3) "
                             "ON CONFLICT (environment_id, kind) DO UPDATE SET rows = excluded.rows";
constexpr char kOwnQuota[] = "SELECT rows FROM environment_quotas WHERE environment_id = $1 AND kind = $2";
constexpr char kClearQuota[] = "DELETE FROM environment_quotas WHERE environment_id = $1 AND kind = $2";
// For a transaction that finds out only on the way whose it is.
constexpr char kEnter[] = "SELECT set_config('sluice.environment_id', $1, true)";
constexpr char kEnterTeam[] = "SELECT set_config('sluice.team_id', $1, true)";
constexpr char kKeyChecks[] = "SELECT master_key_id, value FROM key_checks";
constexpr char kInsertKeyCheck[] =
    "INSERT INTO key_checks (master_key_id, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
constexpr char kInsertTokenCheck[] = "INSERT INTO token_key_checks (value) VALUES ($1) ON CONFLICT DO NOTHING";
constexpr char kTokenCheck[] = "SELECT value FROM token_key_checks";

// They give the number of what is in the way; then nothing was deleted.
constexpr char kRemoveTeam[] = "SELECT remove_team($1) AS in_the_way";
constexpr char kRemoveEnvironment[] = "SELECT remove_environment($1) AS in_the_way";

constexpr char kListTeams[] =
    "SELECT id, name, (extract(epoch FROM created_at) * 1000000)::bigint AS created_at FROM teams WHERE true";
constexpr ListField kTeamFields[] = {
    {"name", "name", ListField::Kind::text},
    {"created_at", "created_at", ListField::Kind::time},
};
constexpr ListField kEnvironmentFields[] = {
    {"name", "e.name", ListField::Kind::text},
    {"team_id", "e.team_id", ListField::Kind::id, TeamId::kPrefix},
    {"created_at", "e.created_at", ListField::Kind::time},
};

/// A page of a table without row-level security.
template <class T, class Read>
Task<Result<Page<T>>> list_all(pg::Pool& pool, ListSql sql, ListQuery list, Read read, Deadline deadline)
{
    pg::Query<Page<T>> query = [=, list = std::move(list)](pqxx::work& transaction) -> Result<Page<T>> {
        auto const rows = run_list(transaction, sql.select, sql.id_column, sql.fields, list);
        if (!rows)
            return rows.error();
        std::vector<T> items;
        for (auto const& row : *rows)
            items.push_back(read(row));
        return page_of(std::move(items), list);
    };
    return pool.lookup<Page<T>>(deadline, std::move(query));
}

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
    environment.log_bodies_for = std::chrono::hours(row["log_bodies_hours"].as<int>());
    environment.structured_limits = row["structured_limits"].as<bool>();
    environment.created_at = time_in(row["created_at"]);
    return environment;
}

/// What the audit log has of it: the members that the API shows.
json::object audited(Environment const& environment)
{
    return {{"name", environment.name},
            {"theme", environment.theme},
            {"link_origins", json::array_of(environment.link_origins)},
            {"reconnect_url", text_or_null(environment.reconnect_url)},
            {"log_bodies_hours", environment.log_bodies_for.count()},
            {"rate_limit_headers", environment.structured_limits ? "both" : "standard"}};
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

/// One for each quota, in their order.
std::vector<QuotaUse> uses_in(pqxx::result const& rows, QuotaConfig const& limits)
{
    std::vector<QuotaUse> uses;
    for (auto const& traits : kQuotas)
        uses.push_back({traits.quota, 0, limits.of(traits.quota), false});
    for (auto const& row : rows) {
        auto const quota = quota_of(row["kind"].c_str());
        if (!quota)
            continue; // Of a newer binary.
        auto& use = uses[static_cast<std::size_t>(*quota)];
        use.used = row["used"].is_null() ? 0 : row["used"].as<std::int64_t>();
        use.is_own = !row["own_limit"].is_null();
        if (use.is_own)
            use.limit = row["own_limit"].as<std::int64_t>();
    }
    return uses;
}

class PgTenancy final : public TenancyRepository {
public:
    explicit PgTenancy(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<Created<Team>>> ensure_team(std::string name, Author author, Deadline deadline) override
    {
        ChangingQuery<Created<Team>> query = [id = TeamId{uuid_v7(backend_.clock.now())}, name = std::move(name)](
                                                 pqxx::work& transaction, Changes& changes) -> Result<Created<Team>> {
            auto const made = transaction.exec_params(kInsertTeam, sql_id(id), name);
            bool const is_new = !made.empty();
            auto team = team_in(is_new ? made[0] : transaction.exec_params1(kFindTeam, name, std::string()));
            transaction.exec_params1(kEnterTeam, sql_id(team.id));
            if (is_new)
                changes.audit({"team.create", team.id.str(), std::nullopt, json::object{{"name", team.name}}});
            else
                changes.audit({"team.confirm", team.id.str()});
            return Created<Team>{std::move(team), is_new};
        };
        co_return co_await transact_change<Created<Team>>(backend_, pg::Tenant{}, std::move(author), deadline,
                                                          std::move(query));
    }

    Task<Result<Page<Team>>> teams(ListQuery query, Deadline deadline) override
    {
        return list_all<Team>(backend_.pool, {kListTeams, "id", kTeamFields}, std::move(query), team_in, deadline);
    }

    Task<Result<Page<Environment>>> environments(TeamId team, ListQuery query, Deadline deadline) override
    {
        query.conditions.push_back({"team_id", Condition::Operator::eq, {team.str()}});
        return list_all<Environment>(backend_.pool, {kListEnvironments, "e.id", kEnvironmentFields}, std::move(query),
                                     environment_in, deadline);
    }

    Task<Result<Team>> find_team(std::string team, Deadline deadline) override
    {
        pg::Query<Team> query = [team = std::move(team)](pqxx::work& transaction) {
            return select_team(transaction, team);
        };
        co_return co_await backend_.pool.lookup<Team>(deadline, std::move(query));
    }

    Task<Result<Team>> rename_team(TeamId team, std::string name, Author author, Deadline deadline) override
    {
        ChangingQuery<Team> query = [team, name = std::move(name)](pqxx::work& transaction,
                                                                   Changes& changes) -> Result<Team> {
            if (name.empty() || TeamId::parse(name))
                return invalid("name", "must be a name that does not read like an id");
            auto const before = only_row<Team>(transaction.exec_params(kLockTeam, sql_id(team)), "team", team_in);
            if (!before)
                return before.error();
            auto const rows = transaction.exec_params(kRenameTeam, sql_id(team), name);
            if (rows.empty())
                return Error{ErrorCode::conflict, fmt::format("There is a team named {} already.", name)};
            changes.add({Change::Kind::team, {}, team.uuid()});
            changes.audit(difference("team.update", team.str(), {{"name", before->name}}, {{"name", name}}));
            return team_in(rows[0]);
        };
        co_return co_await transact_change<Team>(backend_, team, std::move(author), deadline, std::move(query));
    }

    Task<Result<void>> remove_team(TeamId team, Author author, Deadline deadline) override
    {
        ChangingQuery<bool> query = [team](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            auto const known = only_row<Team>(transaction.exec_params(kLockTeam, sql_id(team)), "team", team_in);
            if (!known)
                return known.error();
            changes.audit({"team.delete", team.str(), json::object{{"name", known->name}}, std::nullopt});
            changes.add({Change::Kind::team, {}, team.uuid()});
            auto const rest = transaction.exec_params1(kRemoveTeam, sql_id(team))["in_the_way"].as<std::int64_t>();
            if (rest > 0)
                return Error{ErrorCode::conflict,
                             fmt::format("The team {} has {} environment{}: delete {} first. `sluice environment list` "
                                         "shows them.",
                                         known->name, rest, rest == 1 ? "" : "s", rest == 1 ? "it" : "them")};
            return true;
        };
        return without_value(transact_change<bool>(backend_, team, std::move(author), deadline, std::move(query)));
    }

    Task<Result<Created<Environment>>> ensure_environment(std::string team, std::string name, Author author,
                                                          Deadline deadline) override
    {
        ChangingQuery<Created<Environment>> query =
            [id = EnvironmentId{uuid_v7(backend_.clock.now())}, team = std::move(team), name = std::move(name),
             &keyring = backend_.keyring](pqxx::work& transaction, Changes& changes) -> Result<Created<Environment>> {
            auto const owner = select_team(transaction, team);
            if (!owner)
                return owner.error();
            auto const made = transaction.exec_params(kInsertEnvironment, sql_id(id), sql_id(owner->id), name);
            if (made.empty()) {
                auto known = select_environment(transaction, team, name);
                if (!known)
                    return known.error();
                transaction.exec_params1(kEnter, sql_id(known->id));
                changes.audit({"environment.confirm", known->id.str()});
                return Created<Environment>{std::move(*known), false};
            }
            transaction.exec_params1(kEnter, sql_id(id));
            insert_data_key(transaction, keyring, crypto::DataKey::generate(id, 1));
            changes.add({Change::Kind::team, {}, owner->id.uuid()});
            auto environment = environment_in(made[0]);
            changes.audit({"environment.create", id.str(), std::nullopt, audited(environment)});
            return Created<Environment>{std::move(environment), true};
        };
        co_return co_await transact_change<Created<Environment>>(backend_, pg::Tenant{}, std::move(author), deadline,
                                                                 std::move(query));
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

    Task<Result<Environment>> update_environment(EnvironmentId id, EnvironmentChange change, Author author,
                                                 Deadline deadline) override
    {
        ChangingQuery<Environment> query = [id, change = std::move(change)](pqxx::work& transaction,
                                                                            Changes& changes) -> Result<Environment> {
            auto const old = transaction.exec_params(kLockEnvironment, sql_id(id));
            if (old.empty())
                return not_found("environment");
            auto const row = transaction.exec_params1(
                kUpdateEnvironment, sql_id(id), change.theme ? std::optional(sql_json(*change.theme)) : std::nullopt,
                change.link_origins ? std::optional(sql_json(json::array_of(*change.link_origins))) : std::nullopt,
                change.reconnect_url,
                change.log_bodies_for ? std::optional(std::to_string(change.log_bodies_for->count())) : std::nullopt,
                change.structured_limits ? std::optional(std::string(*change.structured_limits ? "true" : "false"))
                                         : std::nullopt);
            auto changed = environment_in(row);
            changes.add({Change::Kind::environment, id, {}});
            changes.audit(
                difference("environment.update", id.str(), audited(environment_in(old[0])), audited(changed)));
            return changed;
        };
        co_return co_await transact_change<Environment>(backend_, id, std::move(author), deadline, std::move(query));
    }

    Task<Result<void>> remove_environment(EnvironmentId id, Author author, Deadline deadline) override
    {
        ChangingQuery<bool> query = [id](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            auto const known = only_row<Environment>(transaction.exec_params(kLockEnvironment, sql_id(id)),
                                                     "environment", environment_in);
            if (!known)
                return known.error();
            changes.audit({"environment.delete", id.str(), audited(*known), std::nullopt});
            changes.add({Change::Kind::environment, id, {}});
            changes.add({Change::Kind::team, {}, known->team_id.uuid()});
            auto const rest = transaction.exec_params1(kRemoveEnvironment, sql_id(id))["in_the_way"].as<std::int64_t>();
            if (rest > 0)
                return Error{
                    ErrorCode::conflict,
                    fmt::format("The environment {} has {} integrated account{}: delete {} first, with `DELETE "
                                "/integrated-account/{{id}}`, so that {} are revoked. Those of an integration that was "
                                "just uninstalled go by themselves.",
                                known->name, rest, rest == 1 ? "" : "s", rest == 1 ? "it" : "them",
                                rest == 1 ? "its grants" : "their grants")};
            return true;
        };
        return without_value(transact_change<bool>(backend_, id, std::move(author), deadline, std::move(query)));
    }

    Task<Result<std::vector<QuotaUse>>> quotas(EnvironmentId id, Deadline deadline) override
    {
        using Uses = std::vector<QuotaUse>;
        pg::Query<Uses> query = [id, quotas = backend_.quotas](pqxx::work& transaction) -> Result<Uses> {
            return uses_in(transaction.exec_params(kQuotaUses, sql_id(id)), quotas);
        };
        co_return co_await backend_.pool.transact<Uses>(id, deadline, std::move(query));
    }

    Task<Result<void>> set_quota(EnvironmentId id, Quota quota, std::optional<std::int64_t> rows, Author author,
                                 Deadline deadline) override
    {
        ChangingQuery<bool> query = [=](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            std::string const kind(traits_of(quota).name);
            // Null: as many as the settings say.
            auto const own = transaction.exec_params(kOwnQuota, sql_id(id), kind);
            json::object before;
            before[kind] = own.empty() ? json::value(nullptr) : json::value(own[0]["rows"].as<std::int64_t>());
            json::object after;
            after[kind] = rows ? json::value(*rows) : json::value(nullptr);
            changes.audit(difference("quota.update", id.str(), std::move(before), std::move(after)));
            if (rows)
                transaction.exec_params0(kSetQuota, sql_id(id), kind, *rows);
            else
                transaction.exec_params0(kClearQuota, sql_id(id), kind);
            return true;
        };
        return without_value(transact_change<bool>(backend_, id, std::move(author), deadline, std::move(query)));
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
