#include "view.hpp"

namespace sluice::api {

json::object sign_in_options_view(std::optional<tenancy::Team> const& team,
                                  std::vector<identity::IdentityProvider> const& providers, bool has_mail)
{
    json::array buttons;
    for (auto const& provider : providers)
        buttons.push_back(json::object{{"id", provider.id.str()}, {"label", provider.label}});
    json::object view;
    view["team"] =
        team ? json::value(json::object{{"id", team->id.str()}, {"name", team->name}}) : json::value(nullptr);
    view["providers"] = std::move(buttons);
    view["has_mail"] = has_mail;
    return view;
}

json::object link_view(identity::LinkView const& link)
{
    return {{"kind", name_of(link.kind)},
            {"team", json::object{{"id", link.team.str()}, {"name", link.team_name}}},
            {"email", link.email},
            {"name", link.name},
            {"needs_code", link.needs_code}};
}

} // namespace sluice::api
