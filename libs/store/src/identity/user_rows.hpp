#pragma once

#include "core/backend.hpp"
#include "core/changes.hpp"
#include "identity/people.hpp"

#include <string_view>

#include <pqxx/result>
#include <pqxx/transaction>

namespace sluice::store {

// What the repositories of people share. Each function runs inside the transaction's team.

inline constexpr char kUserColumns[] =
    "u.id, u.team_id, u.email, u.name, u.role, to_json(u.environments) AS environments, u.is_active, "
    "u.password IS NOT NULL AS has_password, u.is_second_factor_confirmed, "
    "(extract(epoch FROM u.signed_in_at) * 1000000)::bigint AS signed_in_at, "
    "(extract(epoch FROM u.created_at) * 1000000)::bigint AS created_at";
[[nodiscard]] identity::User user_in(pqxx::row const& row);

/// What the audit log shows of a user.
[[nodiscard]] json::object audited(identity::User const& user);

/// Changes of a team's users that may take rights away happen one after another.
void lock_team(pqxx::work& transaction, TeamId team);
/// The user's row, locked. Errors: not_found.
[[nodiscard]] Result<identity::User> lock_user(pqxx::work& transaction, TeamId team, UserId user);

/// Announces that something of the user or a session of theirs changed.
void add_change(Changes& changes, UserId user);

/// Takes a code of the second factor, once. Errors: `identity::code_refused`.
[[nodiscard]] Result<void> take_proof(pqxx::work& transaction, TeamId team, UserId user, identity::Proof const& proof);

/// Stores the hash of a secret of `kind` (`session`, `invitation`, `reset`, `sign_in`) that belongs to a row of the
/// transaction's team.
void add_team_secret(pqxx::work& transaction, std::string_view kind, crypto::TokenHash const& hash, Uuid const& owner);

struct TeamSecretOwner {
    TeamId team;
    Uuid id{};
};
/// Whose secret one of these hashes is; from then on the transaction is inside that team.
[[nodiscard]] std::optional<TeamSecretOwner> find_team_secret(pqxx::work& transaction, std::string_view kind,
                                                              std::vector<crypto::TokenHash> const& candidates);

/// Makes a link, and ends those of its kind that are too many.
void insert_link(pqxx::work& transaction, TeamId team, UserId user, Uuid const& id, identity::NewLink const& link);
/// Ends all sessions of the user but one.
void end_sessions(pqxx::work& transaction, TeamId team, UserId user, SessionId stays = {});
void end_links(pqxx::work& transaction, TeamId team, UserId user);
void clear_second_factor(pqxx::work& transaction, TeamId team, UserId user);

/// Begins a session of an active user and gives it as `resolve` would.
[[nodiscard]] identity::Begun insert_session(pqxx::work& transaction, TeamId team, UserId user, SessionId id,
                                             identity::NewSession const& session);
/// A SELECT of `session_in`, without WHERE.
inline constexpr char kSessions[] =
    "SELECT s.id AS session_id, s.method, (extract(epoch FROM s.created_at) * 1000000)::bigint AS created_at, "
    "(extract(epoch FROM s.seen_at) * 1000000)::bigint AS seen_at, "
    "(extract(epoch FROM s.expires_at) * 1000000)::bigint AS expires_at, "
    "u.id AS user_id, u.team_id, u.email, u.name, u.role, u.environments IS NOT NULL AS is_confined, "
    "t.name AS team_name, (SELECT coalesce(json_agg(json_build_object('id', e.id, 'name', e.name) ORDER BY e.id), "
    "'[]') "
    "FROM environments e WHERE e.team_id = u.team_id AND (u.environments IS NULL OR e.id = ANY (u.environments))) "
    "AS environments FROM user_sessions s JOIN users u ON u.team_id = s.team_id AND u.id = s.user_id "
    "JOIN teams t ON t.id = s.team_id";
[[nodiscard]] identity::SignedIn session_in(pqxx::row const& row);

} // namespace sluice::store
