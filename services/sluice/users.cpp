#include "identity/users.hpp"
#include "commands.hpp"
#include "session.hpp"

#include <fmt/format.h>

namespace sluice {
namespace {

/// What the commands do with users, as operators. Nothing is sent by mail: the link is printed.
class Desk {
public:
    Desk(Options const& options, Session& session)
        : session_(session)
        , metrics_(registry_)
        , hasher_(metrics_)
        , users_({session.store().people().users, session.store().people().sessions, session.store().people().links,
                  session.store().people().attempts, hasher_, session.keyring(), session.clock(), nullptr,
                  session.log()},
                 options.api().public_url)
    {
    }

    [[nodiscard]] identity::Users& users() noexcept { return users_; }
    Result<tenancy::Team> team(std::string const& name)
    {
        return session_.run(session_.store().tenancy().find_team(name, Session::deadline()));
    }
    Result<identity::User> user(TeamId team, std::string const& email)
    {
        return session_.run(users_.find_by_email(team, email, Session::deadline()));
    }

private:
    Session& session_;
    telemetry::Registry registry_;
    identity::PasswordHasherMetrics metrics_;
    identity::PasswordHasher hasher_;
    identity::Users users_;
};

json::object view_of(identity::User const& user)
{
    return {{"id", user.id.str()}, {"team_id", user.team.str()},        {"email", user.email},
            {"name", user.name},   {"role", traits_of(user.role).name}, {"is_active", user.is_active}};
}

json::object view_of(identity::MadeLink const& made)
{
    auto view = view_of(made.user);
    view["link"] = made.url ? json::value(made.url->reveal()) : json::value(nullptr);
    return view;
}

Result<tenancy::Role> read_role(std::string const& name)
{
    auto const role = tenancy::role_of(name);
    return role ? Result<tenancy::Role>(*role) : invalid("role", "must be owner, admin, developer or viewer");
}

json::object view_of(identity::User const& user, Result<void> const&)
{
    return {{"id", user.id.str()}, {"removed", true}};
}

template <class Row>
json::object view_of(identity::User const&, Result<Row> const& done)
{
    return view_of(*done);
}

/// Opens the session, finds team and user, and prints what `act` gives.
template <class Act>
Result<void> with_user(Options const& options, std::string const& team_name, std::string const& email, Act act)
{
    auto session = open_session(options);
    if (!session)
        return session.error();
    Desk desk(options, **session);
    auto const team = desk.team(team_name);
    if (!team)
        return team.error();
    auto const user = desk.user(team->id, email);
    if (!user)
        return user.error();
    auto const done = (*session)->run(act(desk.users(), *user));
    if (!done)
        return done.error();
    print(view_of(*user, done));
    return {};
}

} // namespace

Result<void> create_user(Options const& options, std::string const& team_name, std::string const& email,
                         std::string const& role_name, std::string const& name)
{
    auto const role = read_role(role_name);
    if (!role)
        return role.error();
    auto session = open_session(options);
    if (!session)
        return session.error();
    Desk desk(options, **session);
    auto const team = desk.team(team_name);
    if (!team)
        return team.error();
    identity::NewUser user{.email = email, .name = name, .role = *role};
    auto const made =
        (*session)->run(desk.users().create(team->id, std::move(user), operator_author(), Session::deadline()));
    if (!made)
        return made.error();
    print(view_of(*made));
    return {};
}

Result<void> list_users(Options const& options, std::string const& team_name)
{
    auto session = open_session(options);
    if (!session)
        return session.error();
    Desk desk(options, **session);
    auto const team = desk.team(team_name);
    if (!team)
        return team.error();
    auto users = (*session)->all(
        [&](tenancy::ListQuery const& query) { return desk.users().list(team->id, query, Session::deadline()); },
        [](identity::User const& user) { return view_of(user); });
    if (!users)
        return users.error();
    print("users", *std::move(users), {"email", "name", "role", "is_active", "id"}, options.wants_json);
    return {};
}

Result<void> show_user(Options const& options, std::string const& team, std::string const& email)
{
    return with_user(
        options, team, email,
        [](identity::Users&, identity::User const& user) -> Task<Result<identity::User>> { co_return user; });
}

Result<void> remove_user(Options const& options, std::string const& team, std::string const& email)
{
    return with_user(options, team, email, [](identity::Users& users, identity::User const& user) {
        return users.remove(user.team, user.id, identity::Powers::of_operator(), operator_author(),
                            Session::deadline());
    });
}

Result<void> reset_user(Options const& options, std::string const& team, std::string const& email)
{
    return with_user(options, team, email, [](identity::Users& users, identity::User const& user) {
        return users.make_reset_link(user.team, user.id, identity::Powers::of_operator(), operator_author(),
                                     Session::deadline());
    });
}

Result<void> sign_in_user(Options const& options, std::string const& team, std::string const& email)
{
    return with_user(options, team, email, [](identity::Users& users, identity::User const& user) {
        return users.make_sign_in_link(user.team, user.id, operator_author(), Session::deadline());
    });
}

Result<void> change_role(Options const& options, std::string const& team, std::string const& email,
                         std::string const& role_name)
{
    auto const role = read_role(role_name);
    if (!role)
        return role.error();
    return with_user(options, team, email, [role](identity::Users& users, identity::User const& user) {
        return users.change(user.team, user.id, {.role = *role}, identity::Powers::of_operator(), operator_author(),
                            Session::deadline());
    });
}

} // namespace sluice
