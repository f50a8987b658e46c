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
        [](tenancy::Team const& team) {
            return json::object{
                {"name", team.name}, {"id", team.id.str()}, {"created_at", to_rfc3339(team.created_at)}};
        });
    if (!teams)
        return teams.error();
    print("teams", *std::move(teams), {"name", "id", "created_at"}, options.wants_json);
    return {};
}

Result<void> list_environments(Options const& options, std::string const& team_name)
{
    auto session = open_session(options);
    if (!session)
        return session.error();
    auto& tenancy = (*session)->store().tenancy();
    auto const team = (*session)->run(tenancy.find_team(team_name, Session::deadline()));
    if (!team)
        return team.error();
    auto environments = (*session)->all(
        [&](tenancy::ListQuery const& query) { return tenancy.environments(team->id, query, Session::deadline()); },
        [](tenancy::Environment const& environment) {
            return json::object{{"name", environment.name},
                                {"id", environment.id.str()},
                                {"created_at", to_rfc3339(environment.created_at)}};
        });
    if (!environments)
        return environments.error();
    print("environments", *std::move(environments), {"name", "id", "created_at"}, options.wants_json);
    return {};
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

Result<void> revoke_api_token(Options const& options, std::string const& team, std::string const& environment,
                              std::string const& token)
{
    return in_environment(
        options, team, environment, [&](Session& session, tenancy::Environment const& found) -> Result<void> {
            auto& tokens = session.store().api_tokens();
            auto const id = ApiTokenId::parse(token);
            auto const known = session.run(id ? tokens.find(found.id, *id, Session::deadline())
                                              : tokens.find_by_name(found.id, token, Session::deadline()));
            if (!known && known.error().code() == ErrorCode::not_found)
                return Error{ErrorCode::not_found, fmt::format("There is no API token {} in {}. `sluice api-token "
                                                               "list` shows those there are.",
                                                               token, environment)};
            if (!known)
                return known.error();
            auto const done = session.run(tokens.remove(found.id, known->id, operator_author(), Session::deadline()));
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
                rows.push_back(json::object{{"name", each.name},
                                            {"label", each.label},
                                            {"category", each.category},
                                            {"version", each.version},
                                            {"owner", each.team ? each.team->str() : "built in"},
                                            {"id", each.id.str()}});
            print("integrations", std::move(rows), {"name", "label", "category", "version", "owner", "id"},
                  options.wants_json);
            return {};
        });
}

} // namespace sluice
