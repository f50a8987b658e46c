#include "view.hpp"

#include "json_values.hpp"

namespace sluice::api {

json::object user_view(identity::User const& user)
{
    json::value environments(nullptr);
    if (user.environments) {
        json::array ids;
        for (auto const id : *user.environments)
            ids.emplace_back(id.str());
        environments = std::move(ids);
    }
    json::object view{{"id", user.id.str()},
                      {"team_id", user.team.str()},
                      {"email", user.email},
                      {"name", user.name},
                      {"role", traits_of(user.role).name}};
    view["environment_ids"] = std::move(environments);
    view["is_active"] = user.is_active;
    view["is_invited"] = user.is_invited;
    view["has_password"] = user.has_password;
    view["has_second_factor"] = user.has_second_factor;
    view["signed_in_at"] = time_or_null(user.signed_in_at);
    view["created_at"] = to_rfc3339(user.created_at);
    return view;
}

json::object session_view(identity::Session const& session, SessionId current)
{
    return {{"id", session.id.str()},
            {"is_current", session.id == current},
            {"method", name_of(session.method)},
            {"client_address", session.client_address},
            {"user_agent", session.user_agent},
            {"created_at", to_rfc3339(session.created_at)},
            {"seen_at", to_rfc3339(session.seen_at)},
            {"expires_at", to_rfc3339(session.expires_at)}};
}

json::object me_view(identity::SignedIn const& who, identity::User const& user)
{
    json::array environments;
    for (auto const& each : who.environments)
        environments.push_back(json::object{{"id", each.id.str()}, {"name", each.name}});
    json::object view;
    view["user"] = user_view(user);
    view["team"] = json::object{{"id", who.team.str()}, {"name", who.team_name}};
    view["permissions"] = json::array_of(who.permissions.names());
    view["environments"] = std::move(environments);
    view["session"] = json::object{{"id", who.session.str()},
                                   {"method", name_of(who.method)},
                                   {"created_at", to_rfc3339(who.created_at)},
                                   {"expires_at", to_rfc3339(who.expires_at)}};
    return view;
}

} // namespace sluice::api
