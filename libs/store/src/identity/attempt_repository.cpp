#include "core/backend.hpp"
#include "core/queries.hpp"
#include "core/rows.hpp"
#include "core/secrets.hpp"
#include "identity/people.hpp"
#include "identity/user.hpp"
#include "make_repositories.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace identity;

constexpr char kFindTeam[] = "SELECT id FROM teams WHERE name = $1 OR id::text = $2";
constexpr char kEnter[] = "SELECT set_config('sluice.team_id', $1, true)";
constexpr char kFindUser[] = "SELECT id, email, is_active, password FROM users WHERE team_id = $1 AND email_key = $2";
// A window begins with its first attempt, so attempts at a closed door do not keep it closed.
constexpr char kCount[] =
    "INSERT INTO sign_in_failures AS f (key, failures, since) VALUES (decode($1, 'hex'), 1, now()) "
    "ON CONFLICT (key) DO UPDATE SET "
    "failures = CASE WHEN f.since <= now() - make_interval(mins => $2) THEN 1 ELSE least(f.failures + 1, 1000000) END, "
    "since = CASE WHEN f.since <= now() - make_interval(mins => $2) THEN now() ELSE f.since END RETURNING failures";
constexpr char kTakeBack[] =
    "UPDATE sign_in_failures SET failures = greatest(failures - 1, 0) WHERE key = decode($1, 'hex')";
constexpr char kForget[] = "DELETE FROM sign_in_failures WHERE key = decode($1, 'hex')";

class PgAttempts final : public AttemptRepository {
public:
    explicit PgAttempts(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<Found>> find(std::string team, std::string email, Deadline deadline) override
    {
        pg::Query<Found> query = [team = std::move(team),
                                  email = std::move(email)](pqxx::work& transaction) -> Result<Found> {
            Found found;
            auto const id = TeamId::parse(team);
            auto const teams = transaction.exec_params(kFindTeam, team, id ? sql_id(*id) : std::string());
            // Where there is no team, nobody's users are asked for: the same work, and nothing to find.
            auto const inside = teams.empty() ? TeamId{} : id_in<TeamId>(teams[0]["id"]);
            if (!teams.empty())
                found.team = inside;
            transaction.exec_params1(kEnter, sql_id(inside));
            auto const rows = transaction.exec_params(kFindUser, sql_id(inside), email_key(email));
            if (rows.empty())
                return found;
            found.user = id_in<UserId>(rows[0]["id"]);
            found.email = rows[0]["email"].c_str();
            found.is_active = rows[0]["is_active"].as<bool>();
            found.password = text_in(rows[0]["password"]);
            return found;
        };
        co_return co_await backend_.pool.lookup<Found>(deadline, std::move(query));
    }

    Task<Result<std::int64_t>> count(crypto::Digest key, Deadline deadline) override
    {
        pg::Query<std::int64_t> query = [key](pqxx::work& transaction) -> Result<std::int64_t> {
            return transaction.exec_params1(kCount, sql_bytes(key), static_cast<int>(kWindow.count()))["failures"]
                .as<std::int64_t>();
        };
        co_return co_await backend_.pool.lookup<std::int64_t>(deadline, std::move(query));
    }

    Task<Result<void>> take_back(crypto::Digest key, Deadline deadline) override
    {
        pg::Query<bool> query = [key](pqxx::work& transaction) -> Result<bool> {
            transaction.exec_params0(kTakeBack, sql_bytes(key));
            return true;
        };
        return without_value(backend_.pool.lookup<bool>(deadline, std::move(query)));
    }

    Task<Result<void>> forget(std::vector<crypto::Digest> keys, Deadline deadline) override
    {
        pg::Query<bool> query = [keys = std::move(keys)](pqxx::work& transaction) -> Result<bool> {
            for (auto const& key : keys)
                transaction.exec_params0(kForget, sql_bytes(key));
            return true;
        };
        return without_value(backend_.pool.lookup<bool>(deadline, std::move(query)));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<identity::AttemptRepository> make_attempts(Backend const& backend)
{
    return std::make_unique<PgAttempts>(backend);
}

} // namespace sluice::store
