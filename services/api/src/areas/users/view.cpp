#include "view.hpp"

#include "areas/me/view.hpp"

namespace sluice::api {

json::object team_view(tenancy::Team const& team)
{
    return {{"id", team.id.str()}, {"name", team.name}, {"created_at", to_rfc3339(team.created_at)}};
}

json::object made_link_view(identity::MadeLink const& made)
{
    auto view = user_view(made.user);
    view["link"] = made.url ? json::value(made.url->reveal()) : json::value(nullptr);
    return view;
}

} // namespace sluice::api
