#include "identity/user_rows.hpp"

#include "core/queries.hpp"
#include "core/rows.hpp"
#include "core/secrets.hpp"

#include <fmt/format.h>

namespace sluice::store {
namespace {

using namespace identity;

/// A person has some browsers. Without a bound, whoever has a password could fill the table.
constexpr int kMostSessions = 50;

constexpr char kLockTeam[] = "SELECT id FROM teams WHERE id = $1 FOR NO KEY UPDATE";
constexpr char kTakeStep[] = "UPDATE users SET last_step = $3 WHERE team_id = $1 AND id = $2 "
                             "AND is_second_factor_confirmed AND last_step < $3 RETURNING id";
constexpr char kTakeRecoveryCode[] = "DELETE FROM recovery_codes WHERE team_id = $1 AND user_id = $2 "
                                     "AND digest = decode($3, 'hex') RETURNING user_id";
constexpr char kAddSecret[] = "SELECT add_team_secret($1, $2, decode($3, 'hex'), $4)";
constexpr char kFindSecret[] = "SELECT team_id, owner_id FROM find_team_secret($1, "
                               "ARRAY(SELECT decode(d, 'hex') FROM unnest(string_to_array($2, ',')) AS d))";
constexpr char kInsertLink[] = "INSERT INTO user_links (team_id, id, user_id, kind, expires_at, clears_second_factor) "
                               "VALUES ($1, $2, $3, $4, to_timestamp($5::double precision / 1000000), $6)";
// The new one stays, whatever the clocks of replicas say. Links that strangers can ask for take no place of an admin's.
constexpr char kKeepLinks[] =
    "WITH others AS (SELECT id FROM user_links WHERE team_id = $1 AND user_id = $2 AND kind = $3 AND id <> $5 "
    "AND (kind = 'invitation' OR clears_second_factor = $6)) "
    "DELETE FROM user_links WHERE team_id = $1 AND id IN (SELECT id FROM others) "
    "AND id NOT IN (SELECT id FROM others ORDER BY id DESC LIMIT $4)";
constexpr char kEndSessions[] = "DELETE FROM user_sessions WHERE team_id = $1 AND user_id = $2 AND id <> $3";
constexpr char kEndLinks[] = "DELETE FROM user_links WHERE team_id = $1 AND user_id = $2";
constexpr char kEndInvitations[] = "DELETE FROM user_links WHERE team_id = $1 AND user_id = $2 AND kind = 'invitation'";
constexpr char kClearFactor[] = "UPDATE users SET second_factor = NULL, second_factor_key = NULL, "
                                "is_second_factor_confirmed = false, last_step = 0 WHERE team_id = $1 AND id = $2";
constexpr char kClearCodes[] = "DELETE FROM recovery_codes WHERE team_id = $1 AND user_id = $2";
constexpr char kInsertSession[] =
    "INSERT INTO user_sessions (team_id, id, user_id, method, client_address, user_agent, expires_at, provider_id) "
    "VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7::double precision / 1000000), $8)";
constexpr char kKeepSessions[] =
    "DELETE FROM user_sessions WHERE team_id = $1 AND user_id = $2 AND id <> $4 AND id NOT IN "
    "(SELECT id FROM user_sessions WHERE team_id = $1 AND user_id = $2 AND id <> $4 ORDER BY id DESC LIMIT $3)";

tenancy::Role role_in(pqxx::field const& field)
{
    return tenancy::role_of(field.c_str()).value_or(tenancy::Role::viewer);
}

SignInMethod method_in(pqxx::field const& field)
{
    for (auto const method : {SignInMethod::oidc, SignInMethod::link})
        if (name_of(method) == field.c_str())
            return method;
    return SignInMethod::password;
}

} // namespace

User user_in(pqxx::row const& row)
{
    User user;
    user.id = id_in<UserId>(row["id"]);
    user.team = id_in<TeamId>(row["team_id"]);
    user.email = row["email"].c_str();
    user.name = row["name"].c_str();
    user.role = role_in(row["role"]);
    if (!row["environments"].is_null()) {
        user.environments.emplace();
        for (auto const& text : json::texts_in(json_in(row["environments"])))
            if (auto const id = uuid_from_hex(text))
                user.environments->emplace_back(*id);
    }
    user.is_active = row["is_active"].as<bool>();
    user.has_password = row["has_password"].as<bool>();
    user.has_second_factor = row["is_second_factor_confirmed"].as<bool>();
    user.signed_in_at = optional_time_in(row["signed_in_at"]);
    user.is_invited = !user.signed_in_at;
    user.created_at = time_in(row["created_at"]);
    return user;
}

json::object audited(User const& user)
{
    json::value environments;
    if (user.environments) {
        json::array ids;
        for (auto const& id : *user.environments)
            ids.emplace_back(id.str());
        environments = std::move(ids);
    }
    json::object members{{"email", user.email}, {"name", user.name}, {"role", traits_of(user.role).name}};
    members["environment_ids"] = std::move(environments);
    members["is_active"] = user.is_active;
    return members;
}

void lock_team(pqxx::work& transaction, TeamId team)
{
    transaction.exec_params(kLockTeam, sql_id(team));
}

Result<User> lock_user(pqxx::work& transaction, TeamId team, UserId user)
{
    static auto const kLock =
        fmt::format("SELECT {} FROM users u WHERE u.team_id = $1 AND u.id = $2 FOR UPDATE", kUserColumns);
    auto const rows = transaction.exec_params(kLock, sql_id(team), sql_id(user));
    return only_row<User>(rows, "user", user_in);
}

void add_change(Changes& changes, UserId user)
{
    changes.add({snapshots::Change::Kind::user, {}, user.uuid()});
}

Result<void> take_proof(pqxx::work& transaction, TeamId team, UserId user, Proof const& proof)
{
    if (proof.step && transaction.exec_params(kTakeStep, sql_id(team), sql_id(user), *proof.step).empty())
        return code_refused();
    if (proof.recovery_code &&
        transaction.exec_params(kTakeRecoveryCode, sql_id(team), sql_id(user), sql_bytes(*proof.recovery_code)).empty())
        return code_refused();
    return {};
}

void add_team_secret(pqxx::work& transaction, std::string_view kind, crypto::TokenHash const& hash, Uuid const& owner)
{
    transaction.exec_params1(kAddSecret, std::string(kind), hash.key_id, sql_bytes(hash.digest), sql_id(owner));
}

std::optional<TeamSecretOwner> find_team_secret(pqxx::work& transaction, std::string_view kind,
                                                std::vector<crypto::TokenHash> const& candidates)
{
    auto const rows = transaction.exec_params(kFindSecret, std::string(kind), digests_of(candidates));
    if (rows.empty())
        return std::nullopt;
    return TeamSecretOwner{id_in<TeamId>(rows[0]["team_id"]), uuid_in(rows[0]["owner_id"])};
}

void insert_link(pqxx::work& transaction, TeamId team, UserId user, Uuid const& id, NewLink const& link)
{
    std::string const kind(name_of(link.kind));
    transaction.exec_params0(kInsertLink, sql_id(team), sql_id(id), sql_id(user), kind, sql_time(link.expires_at),
                             link.clears_second_factor);
    add_team_secret(transaction, kind, link.hash, id);
    transaction.exec_params0(kKeepLinks, sql_id(team), sql_id(user), kind,
                             (link.kind == LinkKind::invitation ? 1 : LinkRepository::kMostLinks) - 1, sql_id(id),
                             link.clears_second_factor);
}

void end_sessions(pqxx::work& transaction, TeamId team, UserId user, SessionId stays)
{
    transaction.exec_params0(kEndSessions, sql_id(team), sql_id(user), sql_id(stays));
}

void end_links(pqxx::work& transaction, TeamId team, UserId user)
{
    transaction.exec_params0(kEndLinks, sql_id(team), sql_id(user));
}

void clear_second_factor(pqxx::work& transaction, TeamId team, UserId user)
{
    transaction.exec_params0(kClearFactor, sql_id(team), sql_id(user));
    transaction.exec_params0(kClearCodes, sql_id(team), sql_id(user));
}

Begun insert_session(pqxx::work& transaction, TeamId team, UserId user, SessionId id, NewSession const& session)
{
    static auto const kFind = fmt::format("{} WHERE s.team_id = $1 AND s.id = $2", kSessions);
    transaction.exec_params0(kInsertSession, sql_id(team), sql_id(id), sql_id(user),
                             std::string(name_of(session.method)), session.client_address, session.user_agent,
                             sql_time(session.expires_at), sql_id(session.provider));
    add_team_secret(transaction, "session", session.hash, id.uuid());
    transaction.exec_params0(kKeepSessions, sql_id(team), sql_id(user), kMostSessions - 1, sql_id(id));
    // Who has signed in needs no invitation. It would be a second way to a password.
    transaction.exec_params0(kEndInvitations, sql_id(team), sql_id(user));
    static auto const kNoteSignIn = fmt::format(
        "UPDATE users u SET signed_in_at = now() WHERE u.team_id = $1 AND u.id = $2 RETURNING {}", kUserColumns);
    auto signed_in = user_in(transaction.exec_params1(kNoteSignIn, sql_id(team), sql_id(user)));
    return {session_in(transaction.exec_params1(kFind, sql_id(team), sql_id(id))), std::move(signed_in)};
}

SignedIn session_in(pqxx::row const& row)
{
    SignedIn who;
    who.session = id_in<SessionId>(row["session_id"]);
    who.team = id_in<TeamId>(row["team_id"]);
    who.team_name = row["team_name"].c_str();
    who.user = id_in<UserId>(row["user_id"]);
    who.email = row["email"].c_str();
    who.name = row["name"].c_str();
    // What a newer replica wrote and this one cannot read allows nothing.
    if (auto const role = tenancy::role_of(row["role"].c_str())) {
        who.role = *role;
        who.permissions = traits_of(*role).permissions;
    }
    auto const environments = json_in(row["environments"]);
    for (auto const& each : environments.get_array())
        who.environments.push_back({EnvironmentId{uuid_from_hex(each.at("id").as_string()).value_or(Uuid{})},
                                    std::string(each.at("name").as_string())});
    who.is_confined = row["is_confined"].as<bool>();
    who.method = method_in(row["method"]);
    who.created_at = time_in(row["created_at"]);
    who.seen_at = time_in(row["seen_at"]);
    who.expires_at = time_in(row["expires_at"]);
    return who;
}

} // namespace sluice::store
