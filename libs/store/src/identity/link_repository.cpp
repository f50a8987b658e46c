#include "core/queries.hpp"
#include "core/rows.hpp"
#include "identity/user_rows.hpp"
#include "make_repositories.hpp"

#include <fmt/format.h>

namespace sluice::store {
namespace {

using namespace identity;

constexpr char kTeamName[] = "SELECT name FROM teams WHERE id = $1";
constexpr char kShow[] =
    "SELECT u.id AS user_id, u.email, u.name, t.name AS team_name, "
    "l.kind = 'reset' AND u.is_second_factor_confirmed AND NOT l.clears_second_factor AS needs_code "
    "FROM user_links l JOIN users u ON u.team_id = l.team_id AND u.id = l.user_id JOIN teams t ON t.id = l.team_id "
    "WHERE l.team_id = $1 AND l.id = $2 AND l.kind = $3 AND l.expires_at > now() AND u.is_active";
constexpr char kUserOf[] = "SELECT user_id FROM user_links WHERE team_id = $1 AND id = $2 AND kind = $3";
constexpr char kUseUp[] = "DELETE FROM user_links WHERE team_id = $1 AND id = $2 AND kind = $3 AND expires_at > now() "
                          "RETURNING clears_second_factor";
constexpr char kSetPassword[] =
    "UPDATE users SET password = $3, name = coalesce($4, name) WHERE team_id = $1 AND id = $2";

std::string_view action_of_making(LinkKind kind)
{
    switch (kind) {
    case LinkKind::invitation:
        return "user.make_invitation";
    case LinkKind::reset:
        return "user.make_reset_link";
    case LinkKind::sign_in:
        return "user.make_sign_in_link";
    }
    return {};
}

std::string_view action_of_using(LinkKind kind)
{
    switch (kind) {
    case LinkKind::invitation:
        return "user.accept_invitation";
    case LinkKind::reset:
        return "user.reset_password";
    case LinkKind::sign_in:
        return "session.create";
    }
    return {};
}

/// What the link allows, under the lock of the user. Errors: not_found; `code_refused`.
Result<void> apply(pqxx::work& transaction, TeamId team, User const& user, bool clears_second_factor,
                   Redemption const& redemption)
{
    if (!user.is_active)
        return not_found("link");
    bool const clears = clears_second_factor && redemption.kind == LinkKind::reset;
    bool const is_proven = redemption.proof.step || redemption.proof.recovery_code;
    if (redemption.kind == LinkKind::reset && user.has_second_factor && !clears && !is_proven)
        return code_refused();
    if (auto const taken = take_proof(transaction, team, user.id, redemption.proof); !taken)
        return taken;
    if (clears)
        clear_second_factor(transaction, team, user.id);
    if (redemption.kind == LinkKind::sign_in)
        return {};
    if (!redemption.password)
        return Error{ErrorCode::internal, "Unexpected fault.", "a link for a password without one"};
    transaction.exec_params0(kSetPassword, sql_id(team), sql_id(user.id), *redemption.password, redemption.name);
    end_sessions(transaction, team, user.id);
    end_links(transaction, team, user.id);
    return {};
}

class PgLinks final : public LinkRepository {
public:
    explicit PgLinks(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<LinkOwner>> create(TeamId team, UserId user, NewLink link, UserCheck check, tenancy::Author author,
                                   Deadline deadline) override
    {
        ChangingQuery<LinkOwner> query = [team, user, link, check = std::move(check),
                                          id = uuid_v7(backend_.clock.now())](pqxx::work& transaction,
                                                                              Changes& changes) -> Result<LinkOwner> {
            auto found = lock_user(transaction, team, user);
            if (!found)
                return found.error();
            if (auto const may = check(*found); !may)
                return may.error();
            if (!found->is_active)
                return not_found("active user");
            insert_link(transaction, team, user, id, link);
            changes.audit({action_of_making(link.kind), user.str(), json::object{}, json::object{}});
            return LinkOwner{*std::move(found), transaction.exec_params1(kTeamName, sql_id(team))["name"].c_str()};
        };
        co_return co_await transact_change<LinkOwner>(backend_, team, std::move(author), deadline, std::move(query));
    }

    Task<Result<LinkView>> show(LinkKind kind, std::vector<crypto::TokenHash> candidates, Deadline deadline) override
    {
        pg::Query<LinkView> query = [kind,
                                     candidates = std::move(candidates)](pqxx::work& transaction) -> Result<LinkView> {
            auto const owner = find_team_secret(transaction, name_of(kind), candidates);
            if (!owner)
                return not_found("link");
            auto const rows =
                transaction.exec_params(kShow, sql_id(owner->team), sql_id(owner->id), std::string(name_of(kind)));
            if (rows.empty())
                return not_found("link");
            auto const row = rows[0];
            return LinkView{kind,
                            owner->team,
                            row["team_name"].c_str(),
                            id_in<UserId>(row["user_id"]),
                            row["email"].c_str(),
                            row["name"].c_str(),
                            row["needs_code"].as<bool>()};
        };
        co_return co_await backend_.pool.lookup<LinkView>(deadline, std::move(query));
    }

    Task<Result<Begun>> redeem(Redemption redemption, tenancy::Author author, Deadline deadline) override
    {
        ChangingQuery<Begun> query = [redemption = std::move(redemption),
                                      id = SessionId{uuid_v7(backend_.clock.now())}](
                                         pqxx::work& transaction, Changes& changes) -> Result<Begun> {
            auto const owner = find_team_secret(transaction, name_of(redemption.kind), redemption.candidates);
            if (!owner)
                return not_found("link");
            std::string const kind(name_of(redemption.kind));
            auto const known = transaction.exec_params(kUserOf, sql_id(owner->team), sql_id(owner->id), kind);
            if (known.empty())
                return not_found("link");
            // The user first, as all others do who change links: so no two wait for each other.
            auto const user = lock_user(transaction, owner->team, id_in<UserId>(known[0]["user_id"]));
            if (!user)
                return user.error();
            auto const used = transaction.exec_params(kUseUp, sql_id(owner->team), sql_id(owner->id), kind);
            if (used.empty())
                return not_found("link");
            if (auto const applied =
                    apply(transaction, owner->team, *user, used[0]["clears_second_factor"].as<bool>(), redemption);
                !applied)
                return applied.error();
            auto made = insert_session(transaction, owner->team, user->id, id, redemption.session);
            add_change(changes, user->id);
            json::object after{{"session_id", id.str()}, {"method", name_of(redemption.session.method)}};
            bool const is_session = redemption.kind == LinkKind::sign_in;
            if (is_session)
                after = {{"user_id", user->id.str()}, {"method", name_of(redemption.session.method)}};
            changes.audit({action_of_using(redemption.kind), is_session ? id.str() : user->id.str(), std::nullopt,
                           std::move(after)});
            return made;
        };
        co_return co_await transact_change<Begun>(backend_, pg::Tenant{}, std::move(author), deadline,
                                                  std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<identity::LinkRepository> make_links(Backend const& backend)
{
    return std::make_unique<PgLinks>(backend);
}

} // namespace sluice::store
