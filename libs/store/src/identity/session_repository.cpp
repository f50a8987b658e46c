#include "core/queries.hpp"
#include "core/rows.hpp"
#include "core/secrets.hpp"
#include "identity/user_rows.hpp"
#include "make_repositories.hpp"

#include <fmt/format.h>

namespace sluice::store {
namespace {

using namespace identity;

/// As `with_secret` does for environments: one query, whose second part runs inside the team that the first has found.
constexpr char kResolve[] =
    "SELECT r.* FROM (SELECT * FROM find_team_secret($1, ARRAY(SELECT decode(d, 'hex') "
    "FROM unnest(string_to_array($2, ',')) AS d)) LIMIT 1) AS f, LATERAL ({} WHERE s.team_id = f.team_id "
    "AND s.id = f.owner_id AND s.expires_at > now() AND u.is_active OFFSET 0) AS r";
constexpr char kHasPassword[] = "SELECT FROM users WHERE team_id = $1 AND id = $2 AND password = $3";
constexpr char kIsEnabled[] = "SELECT FROM identity_providers WHERE team_id = $1 AND id = $2 AND is_enabled FOR SHARE";
constexpr char kNoteUse[] = "UPDATE user_sessions SET seen_at = now() WHERE team_id = $1 AND id = $2";
constexpr char kList[] =
    "SELECT id, user_id, method, client_address, user_agent, "
    "(extract(epoch FROM created_at) * 1000000)::bigint AS created_at, "
    "(extract(epoch FROM seen_at) * 1000000)::bigint AS seen_at, "
    "(extract(epoch FROM expires_at) * 1000000)::bigint AS expires_at "
    "FROM user_sessions WHERE team_id = $1 AND user_id = $2 AND expires_at > now() ORDER BY id DESC";
constexpr char kEnd[] = "DELETE FROM user_sessions WHERE team_id = $1 AND user_id = $2 AND id = $3 RETURNING method";

Session listed_session_in(pqxx::row const& row)
{
    Session session;
    session.id = id_in<SessionId>(row["id"]);
    session.user = id_in<UserId>(row["user_id"]);
    for (auto const method : {SignInMethod::oidc, SignInMethod::link})
        if (name_of(method) == row["method"].c_str())
            session.method = method;
    session.client_address = row["client_address"].c_str();
    session.user_agent = row["user_agent"].c_str();
    session.created_at = time_in(row["created_at"]);
    session.seen_at = time_in(row["seen_at"]);
    session.expires_at = time_in(row["expires_at"]);
    return session;
}

json::object audited_session(UserId user, std::string_view method)
{
    return {{"user_id", user.str()}, {"method", method}};
}

class PgSessions final : public SessionRepository {
public:
    explicit PgSessions(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<Begun>> begin(TeamId team, UserId user, NewSession session, Proof proof, tenancy::Author author,
                              Deadline deadline) override
    {
        ChangingQuery<Begun> query = [team, user, session = std::move(session), proof,
                                      id = SessionId{uuid_v7(backend_.clock.now())}](
                                         pqxx::work& transaction, Changes& changes) -> Result<Begun> {
            auto const found = lock_user(transaction, team, user);
            if (!found)
                return found.error();
            if (!found->is_active)
                return not_found("user");
            // Who switches a provider off ends the sessions that it has begun; none begins with it afterwards.
            if (session.provider &&
                transaction.exec_params(kIsEnabled, sql_id(team), sql_id(*session.provider)).empty())
                return not_found("identity provider");
            // A second factor that was confirmed meanwhile is asked for as well.
            if (session.method == SignInMethod::password && found->has_second_factor && !proof.step &&
                !proof.recovery_code)
                return code_refused();
            // Who changes a password ends the sessions that it has begun; none begins with it afterwards.
            if (proof.password &&
                transaction.exec_params(kHasPassword, sql_id(team), sql_id(user), *proof.password).empty())
                return not_found("user");
            if (auto const taken = take_proof(transaction, team, user, proof); !taken)
                return taken.error();
            auto made = insert_session(transaction, team, user, id, session);
            add_change(changes, user);
            changes.audit({"session.create", id.str(), std::nullopt, audited_session(user, name_of(session.method))});
            return made;
        };
        co_return co_await transact_change<Begun>(backend_, team, std::move(author), deadline, std::move(query));
    }

    Task<Result<SignedIn>> resolve(std::vector<crypto::TokenHash> candidates, Deadline deadline) override
    {
        pg::Query<SignedIn> query = [candidates = std::move(candidates)](pqxx::work& transaction) -> Result<SignedIn> {
            static auto const kQuery = fmt::format(kResolve, kSessions);
            auto const rows = transaction.exec_params(kQuery, "session", digests_of(candidates));
            return only_row<SignedIn>(rows, "session", session_in);
        };
        co_return co_await backend_.pool.lookup<SignedIn>(deadline, std::move(query));
    }

    Task<Result<void>> note_use(TeamId team, SessionId session, Deadline deadline) override
    {
        pg::Query<bool> query = [team, session](pqxx::work& transaction) -> Result<bool> {
            transaction.exec_params0(kNoteUse, sql_id(team), sql_id(session));
            return true;
        };
        return without_value(backend_.pool.transact<bool>(team, deadline, std::move(query)));
    }

    Task<Result<std::vector<Session>>> list(TeamId team, UserId user, Deadline deadline) override
    {
        using All = std::vector<Session>;
        pg::Query<All> query = [team, user](pqxx::work& transaction) -> Result<All> {
            All sessions;
            for (auto const& row : transaction.exec_params(kList, sql_id(team), sql_id(user)))
                sessions.push_back(listed_session_in(row));
            return sessions;
        };
        co_return co_await backend_.pool.transact<All>(team, deadline, std::move(query));
    }

    Task<Result<void>> end(TeamId team, UserId user, SessionId session, tenancy::Author author,
                           Deadline deadline) override
    {
        ChangingQuery<bool> query = [team, user, session](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            auto const ended = transaction.exec_params(kEnd, sql_id(team), sql_id(user), sql_id(session));
            if (ended.empty())
                return not_found("session");
            add_change(changes, user);
            changes.audit(
                {"session.delete", session.str(), audited_session(user, ended[0]["method"].c_str()), std::nullopt});
            return true;
        };
        return without_value(transact_change<bool>(backend_, team, std::move(author), deadline, std::move(query)));
    }

    Task<Result<void>> end_all(TeamId team, UserId user, UserCheck check, tenancy::Author author,
                               Deadline deadline) override
    {
        ChangingQuery<bool> query = [team, user, check = std::move(check)](pqxx::work& transaction,
                                                                           Changes& changes) -> Result<bool> {
            auto const found = lock_user(transaction, team, user);
            if (!found)
                return found.error();
            if (auto const may = check(*found); !may)
                return may.error();
            end_sessions(transaction, team, user);
            end_links(transaction, team, user);
            add_change(changes, user);
            changes.audit({"user.end_sessions", user.str(), json::object{}, json::object{}});
            return true;
        };
        return without_value(transact_change<bool>(backend_, team, std::move(author), deadline, std::move(query)));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<identity::SessionRepository> make_sessions(Backend const& backend)
{
    return std::make_unique<PgSessions>(backend);
}

} // namespace sluice::store
