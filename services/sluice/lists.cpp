#include "catalog/integration.hpp"
#include "commands.hpp"
#include "session.hpp"

#include <fmt/format.h>

namespace sluice {
namespace {

json::value time_or_null(std::optional<Timestamp> const& time)
{
    return time ? json::value(to_rfc3339(*time)) : json::value(nullptr);
}

json::object view_of(tenancy::ApiToken const& token)
{
    return {{"name", token.name},
            {"id", token.id.str()},
            {"scopes", json::array_of(token.scopes)},
            {"mcp_only", token.is_mcp_only},
            {"expires_at", time_or_null(token.expires_at)},
            {"created_at", to_rfc3339(token.created_at)}};
}

json::object view_of(tenancy::Team const& team)
{
    return {{"name", team.name}, {"id", team.id.str()}, {"created_at", to_rfc3339(team.created_at)}};
}

json::object view_of(tenancy::Environment const& environment)
{
    return {
        {"name", environment.name}, {"id", environment.id.str()}, {"created_at", to_rfc3339(environment.created_at)}};
}

json::object view_of(accounts::StoredIntegration const& integration)
{
    return {{"name", integration.name},
            {"label", integration.label},
            {"category", integration.category},
            {"version", integration.version},
            {"owner", integration.team ? integration.team->str() : "built in"},
            {"id", integration.id.str()}};
}

/// Opens the session and finds the team.
template <class Act>
Result<void> in_team(Options const& options, std::string const& team, Act act)
{
    auto session = open_session(options);
    if (!session)
        return session.error();
    auto const found = (*session)->run((*session)->store().tenancy().find_team(team, Session::deadline()));
    return found ? act(**session, *found) : Result<void>(found.error());
}

/// The token with this name or id.
Result<tenancy::ApiToken> find_token(Session& session, tenancy::Environment const& environment,
                                     std::string const& token)
{
    auto& tokens = session.store().api_tokens();
    auto const id = ApiTokenId::parse(token);
    auto known = session.run(id ? tokens.find(environment.id, *id, Session::deadline())
                                : tokens.find_by_name(environment.id, token, Session::deadline()));
    if (!known && known.error().code() == ErrorCode::not_found)
        return Error{ErrorCode::not_found,
                     fmt::format("There is no API token {} in {}. `sluice api-token list` shows those there are.",
                                 token, environment.name)};
    return known;
}

/// The definition with this name or id that an environment may install. A team's own hides a built-in one of its name.
Result<accounts::StoredIntegration> find_integration(Session& session, EnvironmentId environment,
                                                     std::string const& integration)
{
    auto const all = session.run(session.store().integrations().list(environment, Session::deadline()));
    if (!all)
        return all.error();
    accounts::StoredIntegration const* found = nullptr;
    for (auto const& each : *all)
        if ((each.name == integration || each.id.str() == integration) && (found == nullptr || each.team))
            found = &each;
    if (found == nullptr)
        return Error{
            ErrorCode::not_found,
            fmt::format("There is no integration {}. `sluice integration list` shows those there are.", integration)};
    return *found;
}

/// Opens the session and finds the environment.
template <class Act>
Result<void> in_environment(Options const& options, std::string const& team, std::string const& environment, Act act)
{
    auto session = open_session(options);
    if (!session)
        return session.error();
    auto const found =
        (*session)->run((*session)->store().tenancy().find_environment(team, environment, Session::deadline()));
    return found ? act(**session, *found) : Result<void>(found.error());
}

} // namespace

Result<void> list_teams(Options const& options)
{
    auto session = open_session(options);
    if (!session)
        return session.error();
    auto teams = (*session)->all(
        [&](tenancy::ListQuery const& query) {
            return (*session)->store().tenancy().teams(query, Session::deadline());
        },
        [](tenancy::Team const& team) { return view_of(team); });
    if (!teams)
        return teams.error();
    print("teams", *std::move(teams), {"name", "id", "created_at"}, options.wants_json);
    return {};
}

Result<void> show_team(Options const& options, std::string const& team)
{
    return in_team(options, team, [](Session&, tenancy::Team const& found) {
        print(view_of(found));
        return Result<void>{};
    });
}

Result<void> delete_team(Options const& options, std::string const& team)
{
    return in_team(options, team, [](Session& session, tenancy::Team const& found) {
        auto const done =
            session.run(session.store().tenancy().remove_team(found.id, operator_author(), Session::deadline()));
        if (done)
            print({{"id", found.id.str()}, {"name", found.name}, {"deleted", true}});
        return done;
    });
}

Result<void> list_environments(Options const& options, std::string const& team)
{
    return in_team(options, team, [&](Session& session, tenancy::Team const& found) -> Result<void> {
        auto& tenancy = session.store().tenancy();
        auto environments = session.all(
            [&](tenancy::ListQuery const& query) { return tenancy.environments(found.id, query, Session::deadline()); },
            [](tenancy::Environment const& environment) { return view_of(environment); });
        if (!environments)
            return environments.error();
        print("environments", *std::move(environments), {"name", "id", "created_at"}, options.wants_json);
        return {};
    });
}

Result<void> show_environment(Options const& options, std::string const& team, std::string const& environment)
{
    return in_environment(options, team, environment, [](Session&, tenancy::Environment const& found) {
        auto view = view_of(found);
        view["team_id"] = found.team_id.str();
        print(view);
        return Result<void>{};
    });
}

Result<void> delete_environment(Options const& options, std::string const& team, std::string const& environment)
{
    return in_environment(options, team, environment, [](Session& session, tenancy::Environment const& found) {
        auto const done =
            session.run(session.store().tenancy().remove_environment(found.id, operator_author(), Session::deadline()));
        if (done)
            print({{"id", found.id.str()}, {"name", found.name}, {"deleted", true}});
        return done;
    });
}

Result<void> list_api_tokens(Options const& options, std::string const& team, std::string const& environment)
{
    return in_environment(
        options, team, environment, [&](Session& session, tenancy::Environment const& found) -> Result<void> {
            auto& tokens = session.store().api_tokens();
            auto rows = session.all(
                [&](tenancy::ListQuery const& query) { return tokens.list(found.id, query, Session::deadline()); },
                [](tenancy::ApiToken const& token) { return view_of(token); });
            if (!rows)
                return rows.error();
            print("api_tokens", *std::move(rows), {"name", "id", "scopes", "mcp_only", "expires_at", "created_at"},
                  options.wants_json);
            return {};
        });
}

Result<void> show_api_token(Options const& options, std::string const& team, std::string const& environment,
                            std::string const& token)
{
    return in_environment(options, team, environment,
                          [&](Session& session, tenancy::Environment const& found) -> Result<void> {
                              auto const known = find_token(session, found, token);
                              if (!known)
                                  return known.error();
                              print(view_of(*known));
                              return {};
                          });
}

Result<void> revoke_api_token(Options const& options, std::string const& team, std::string const& environment,
                              std::string const& token)
{
    return in_environment(
        options, team, environment, [&](Session& session, tenancy::Environment const& found) -> Result<void> {
            auto const known = find_token(session, found, token);
            if (!known)
                return known.error();
            auto const done = session.run(
                session.store().api_tokens().remove(found.id, known->id, operator_author(), Session::deadline()));
            if (!done)
                return done.error();
            print({{"id", known->id.str()}, {"name", known->name}, {"revoked", true}});
            return {};
        });
}

Result<void> list_integrations(Options const& options, std::string const& team, std::string const& environment)
{
    return in_environment(
        options, team, environment, [&](Session& session, tenancy::Environment const& found) -> Result<void> {
            auto const all = session.run(session.store().integrations().list(found.id, Session::deadline()));
            if (!all)
                return all.error();
            json::array rows;
            for (auto const& each : *all)
                rows.push_back(view_of(each));
            print("integrations", std::move(rows), {"name", "label", "category", "version", "owner", "id"},
                  options.wants_json);
            return {};
        });
}

Result<void> show_integration(Options const& options, std::string const& team, std::string const& environment,
                              std::string const& integration)
{
    return in_environment(options, team, environment,
                          [&](Session& session, tenancy::Environment const& found) -> Result<void> {
                              auto const known = find_integration(session, found.id, integration);
                              if (!known)
                                  return known.error();
                              print(view_of(*known));
                              return {};
                          });
}

Result<void> delete_integration(Options const& options, std::string const& team, std::string const& integration)
{
    return in_team(options, team, [&](Session& session, tenancy::Team const& found) -> Result<void> {
        auto const given = IntegrationId::parse(integration);
        auto const id = given ? *given : catalog::own_id(integration, found.id);
        auto const done =
            session.run(session.store().integrations().remove(found.id, id, operator_author(), Session::deadline()));
        if (!done && done.error().code() == ErrorCode::not_found)
            return Error{ErrorCode::not_found,
                         fmt::format("The team {} has no integration {} of its own.", found.name, integration)};
        if (!done)
            return done.error();
        print({{"id", id.str()}, {"name", integration}, {"deleted", true}});
        return {};
    });
}

} // namespace sluice
