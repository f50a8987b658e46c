#pragma once

#include "identity/people.hpp"
#include "support/clock.hpp"
#include "support/fake_changes.hpp"
#include "tenancy/actor.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sluice::test {

/// People in memory, as the four fakes below share them. Belongs to one thread.
struct People {
    struct UserRow {
        identity::User user;
        std::optional<std::string> password{};
        std::optional<identity::SecondFactor> factor{};
        std::set<crypto::Digest> recovery_codes{};
    };
    struct SessionRow {
        identity::Session session;
        TeamId team;
        crypto::TokenHash hash;
    };
    struct LinkRow {
        identity::NewLink link;
        TeamId team;
        UserId user;
    };
    struct Count {
        std::int64_t failures = 0;
        Timestamp since;
    };

    /// Both must outlive it.
    People(FakeClock const& time, FakeChanges& announced)
        : clock(time)
        , changes(announced)
    {
    }

    FakeClock const& clock;
    FakeChanges& changes;
    std::map<TeamId, std::string> teams;
    std::vector<identity::Entrance> environments; ///< Of every team.
    std::vector<UserRow> users;
    std::vector<SessionRow> sessions;
    std::vector<LinkRow> links;
    std::map<crypto::Digest, Count> attempts;
    std::vector<std::string> authors;  ///< Who made the changes, by name, in order.
    std::vector<std::string> seen;     ///< Sessions whose use was noted.
    std::size_t lookups = 0;           ///< Of sessions.
    std::optional<Error> failure;      ///< The answer of every call while it is set.
    std::function<Task<void>()> pause; ///< Awaited by `SessionRepository::begin` before it takes the proof.

    TeamId add_team(std::string name)
    {
        TeamId const id{uuid_of_name(name)};
        teams.emplace(id, std::move(name));
        return id;
    }
    UserRow& add(TeamId team, std::string email, tenancy::Role role = tenancy::Role::developer)
    {
        identity::User user;
        user.id = UserId{uuid_of_name(team.str() + email)};
        user.team = team;
        user.email = std::move(email);
        user.role = role;
        user.created_at = clock.now();
        return users.emplace_back(UserRow{std::move(user)});
    }
    [[nodiscard]] UserRow* row(TeamId team, UserId id)
    {
        auto const found = std::ranges::find_if(
            users, [&](UserRow const& each) { return each.user.team == team && each.user.id == id; });
        return found != users.end() ? &*found : nullptr;
    }
    void touch(UserId user) { changes.notify({snapshots::Change::Kind::user, {}, user.uuid()}); }
    void note(tenancy::Author const& author) { authors.push_back(author.actor.name); }
    void end_sessions(UserId user, SessionId stays = {})
    {
        std::erase_if(sessions,
                      [&](auto const& each) { return each.session.user == user && each.session.id != stays; });
    }
    void end_links(UserId user)
    {
        std::erase_if(links, [&](auto const& each) { return each.user == user; });
    }
    [[nodiscard]] bool has_owner(TeamId team) const
    {
        return std::ranges::any_of(users, [&](UserRow const& each) {
            return each.user.team == team && each.user.role == tenancy::Role::owner && each.user.is_active;
        });
    }
    [[nodiscard]] static Error missing() { return {ErrorCode::not_found, "There is no such user."}; }

    [[nodiscard]] Result<void> take(UserRow& user, identity::Proof const& proof)
    {
        if (proof.step) {
            if (!user.factor || proof.step <= user.factor->last_step)
                return identity::code_refused();
            user.factor->last_step = *proof.step;
        }
        if (proof.recovery_code && user.recovery_codes.erase(*proof.recovery_code) == 0)
            return identity::code_refused();
        return {};
    }
    [[nodiscard]] identity::SignedIn signed_in(SessionRow const& row)
    {
        auto const& user = this->row(row.team, row.session.user)->user;
        identity::SignedIn who;
        who.session = row.session.id;
        who.team = row.team;
        who.team_name = teams[row.team];
        who.user = user.id;
        who.email = user.email;
        who.name = user.name;
        who.role = user.role;
        who.permissions = traits_of(user.role).permissions;
        who.is_confined = user.environments.has_value();
        for (auto const& each : environments)
            if (!user.environments || std::ranges::find(*user.environments, each.id) != user.environments->end())
                who.environments.push_back(each);
        who.method = row.session.method;
        who.created_at = row.session.created_at;
        who.seen_at = row.session.seen_at;
        who.expires_at = row.session.expires_at;
        return who;
    }
    [[nodiscard]] identity::Begun begin(TeamId team, UserId user, identity::NewSession const& session)
    {
        identity::Session made;
        made.id = SessionId{uuid_v7(clock.now())};
        made.user = user;
        made.method = session.method;
        made.client_address = session.client_address;
        made.user_agent = session.user_agent;
        made.created_at = made.seen_at = clock.now();
        made.expires_at = session.expires_at;
        row(team, user)->user.signed_in_at = clock.now();
        row(team, user)->user.is_invited = false;
        sessions.push_back({made, team, session.hash});
        touch(user);
        return {signed_in(sessions.back()), row(team, user)->user};
    }
};

class FakeUsers final : public identity::UserRepository {
public:
    explicit FakeUsers(People& people)
        : people_(people)
    {
    }

    Task<Result<identity::LinkOwner>> create(TeamId team, identity::NewUser user, std::optional<identity::NewLink> link,
                                             tenancy::Author author, Deadline) override
    {
        for (auto const& each : people_.users)
            if (each.user.team == team && identity::email_key(each.user.email) == identity::email_key(user.email))
                co_return Error{ErrorCode::conflict, "There is one."};
        auto& made = people_.add(team, user.email, user.role).user;
        made.name = user.name;
        made.environments = user.environments;
        made.is_invited = true;
        if (link)
            people_.links.push_back({*link, team, made.id});
        people_.note(author);
        co_return identity::LinkOwner{made, people_.teams[team]};
    }
    Task<Result<identity::User>> find(TeamId team, UserId user, Deadline) override
    {
        auto const* const row = people_.row(team, user);
        co_return row != nullptr ? Result<identity::User>(view_of(*row)) : People::missing();
    }
    Task<Result<identity::User>> find_by_email(TeamId team, std::string email, Deadline) override
    {
        for (auto const& each : people_.users)
            if (each.user.team == team && identity::email_key(each.user.email) == identity::email_key(email))
                co_return view_of(each);
        co_return People::missing();
    }
    Task<Result<tenancy::Page<identity::User>>> list(TeamId team, tenancy::ListQuery, Deadline) override
    {
        tenancy::Page<identity::User> page;
        for (auto const& each : people_.users)
            if (each.user.team == team)
                page.items.push_back(view_of(each));
        co_return page;
    }
    Task<Result<identity::User>> update(TeamId team, UserId user, identity::UserChange change,
                                        identity::UserCheck check, tenancy::Author author, Deadline) override
    {
        auto* const row = people_.row(team, user);
        if (row == nullptr)
            co_return People::missing();
        if (auto const may = check(row->user); !may)
            co_return may.error();
        auto const before = row->user;
        row->user.name = change.name.value_or(before.name);
        row->user.role = change.role.value_or(before.role);
        row->user.environments = change.environments.value_or(before.environments);
        row->user.is_active = change.is_active.value_or(before.is_active);
        if (before.role == tenancy::Role::owner && before.is_active && !people_.has_owner(team)) {
            row->user = before;
            co_return Error{ErrorCode::conflict, "This is the last active owner."};
        }
        if (!row->user.is_active) {
            people_.end_sessions(user);
            people_.end_links(user);
        }
        people_.note(author);
        people_.touch(user);
        co_return view_of(*row);
    }
    Task<Result<void>> remove(TeamId team, UserId user, identity::UserCheck check, tenancy::Author author,
                              Deadline) override
    {
        auto* const row = people_.row(team, user);
        if (row == nullptr)
            co_return People::missing();
        if (auto const may = check(row->user); !may)
            co_return may.error();
        auto const removed = *row;
        std::erase_if(people_.users, [&](auto const& each) { return each.user.team == team && each.user.id == user; });
        if (removed.user.role == tenancy::Role::owner && removed.user.is_active && !people_.has_owner(team)) {
            people_.users.push_back(removed);
            co_return Error{ErrorCode::conflict, "This is the last active owner."};
        }
        people_.end_sessions(user);
        people_.end_links(user);
        people_.note(author);
        people_.touch(user);
        co_return Result<void>{};
    }

    Task<Result<identity::UserSecrets>> secrets(TeamId team, UserId user, Deadline) override
    {
        auto const* const row = people_.row(team, user);
        if (row == nullptr)
            co_return People::missing();
        co_return identity::UserSecrets{team, user, row->user.email, row->user.is_active, row->password, row->factor};
    }
    Task<Result<void>> set_password(TeamId team, UserId user, std::optional<std::string> expected, std::string encoded,
                                    SessionId stays, tenancy::Author author, Deadline) override
    {
        auto* const row = people_.row(team, user);
        if (row == nullptr)
            co_return People::missing();
        if (row->password != expected)
            co_return Error{ErrorCode::conflict, "The password was changed meanwhile."};
        row->password = std::move(encoded);
        people_.end_sessions(user, stays);
        people_.end_links(user);
        people_.note(author);
        people_.touch(user);
        co_return Result<void>{};
    }
    Task<Result<void>> rehash(TeamId team, UserId user, std::string expected, std::string encoded, Deadline) override
    {
        auto* const row = people_.row(team, user);
        if (row != nullptr && row->password == expected)
            row->password = std::move(encoded);
        co_return Result<void>{};
    }
    Task<Result<void>> begin_second_factor(TeamId team, UserId user, Secret secret, tenancy::Author author,
                                           Deadline) override
    {
        auto* const row = people_.row(team, user);
        if (row->factor && row->factor->is_confirmed)
            co_return Error{ErrorCode::conflict, "There is one."};
        row->factor = identity::SecondFactor{std::move(secret), false, 0};
        people_.note(author);
        co_return Result<void>{};
    }
    Task<Result<void>> confirm_second_factor(TeamId team, UserId user, std::int64_t step,
                                             std::vector<crypto::Digest> codes, SessionId stays, tenancy::Author author,
                                             Deadline) override
    {
        auto* const row = people_.row(team, user);
        row->factor->is_confirmed = true;
        row->factor->last_step = step;
        row->recovery_codes = {codes.begin(), codes.end()};
        people_.end_sessions(user, stays);
        people_.note(author);
        people_.touch(user);
        co_return Result<void>{};
    }
    Task<Result<void>> remove_second_factor(TeamId team, UserId user, identity::Proof proof, tenancy::Author author,
                                            Deadline) override
    {
        auto* const row = people_.row(team, user);
        if (auto const taken = people_.take(*row, proof); !taken)
            co_return taken;
        row->factor.reset();
        row->recovery_codes.clear();
        people_.note(author);
        co_return Result<void>{};
    }
    Task<Result<void>> replace_recovery_codes(TeamId team, UserId user, identity::Proof proof,
                                              std::vector<crypto::Digest> codes, tenancy::Author author,
                                              Deadline) override
    {
        auto* const row = people_.row(team, user);
        if (auto const taken = people_.take(*row, proof); !taken)
            co_return taken;
        row->recovery_codes = {codes.begin(), codes.end()};
        people_.note(author);
        co_return Result<void>{};
    }

private:
    static identity::User view_of(People::UserRow const& row)
    {
        auto user = row.user;
        user.has_password = row.password.has_value();
        user.has_second_factor = row.factor && row.factor->is_confirmed;
        return user;
    }

    People& people_;
};

class FakeSessions final : public identity::SessionRepository {
public:
    explicit FakeSessions(People& people)
        : people_(people)
    {
    }

    Task<Result<identity::Begun>> begin(TeamId team, UserId user, identity::NewSession session, identity::Proof proof,
                                        tenancy::Author author, Deadline) override
    {
        if (people_.pause)
            co_await people_.pause();
        auto* const row = people_.row(team, user);
        if (row == nullptr || !row->user.is_active)
            co_return People::missing();
        if (auto const taken = people_.take(*row, proof); !taken)
            co_return taken.error();
        people_.note(author);
        co_return people_.begin(team, user, session);
    }
    Task<Result<identity::SignedIn>> resolve(std::vector<crypto::TokenHash> candidates, Deadline) override
    {
        ++people_.lookups;
        if (people_.failure)
            co_return *people_.failure;
        for (auto const& each : people_.sessions) {
            auto const* const user = people_.row(each.team, each.session.user);
            if (std::ranges::find(candidates, each.hash) != candidates.end() && user != nullptr &&
                user->user.is_active && each.session.expires_at > people_.clock.now())
                co_return people_.signed_in(each);
        }
        co_return Error{ErrorCode::not_found, "There is no such session."};
    }
    Task<Result<void>> note_use(TeamId, SessionId session, Deadline) override
    {
        people_.seen.push_back(session.str());
        for (auto& each : people_.sessions)
            if (each.session.id == session)
                each.session.seen_at = people_.clock.now();
        co_return Result<void>{};
    }
    Task<Result<std::vector<identity::Session>>> list(TeamId, UserId user, Deadline) override
    {
        std::vector<identity::Session> sessions;
        for (auto const& each : people_.sessions)
            if (each.session.user == user)
                sessions.push_back(each.session);
        co_return sessions;
    }
    Task<Result<void>> end(TeamId, UserId user, SessionId session, tenancy::Author author, Deadline) override
    {
        if (std::erase_if(people_.sessions, [&](auto const& each) {
                return each.session.user == user && each.session.id == session;
            }) == 0)
            co_return Error{ErrorCode::not_found, "There is no such session."};
        people_.note(author);
        people_.touch(user);
        co_return Result<void>{};
    }
    Task<Result<void>> end_all(TeamId team, UserId user, identity::UserCheck check, tenancy::Author author,
                               Deadline) override
    {
        auto* const row = people_.row(team, user);
        if (row == nullptr)
            co_return People::missing();
        if (auto const may = check(row->user); !may)
            co_return may;
        people_.end_sessions(user);
        people_.end_links(user);
        people_.note(author);
        people_.touch(user);
        co_return Result<void>{};
    }

private:
    People& people_;
};

} // namespace sluice::test
