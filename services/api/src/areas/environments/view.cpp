#include "view.hpp"

namespace sluice::api {
json::object environment_view(tenancy::Environment const& environment)
{
    json::object view{{"id", environment.id.str()},
                      {"team_id", environment.team_id.str()},
                      {"name", environment.name},
                      {"created_at", to_rfc3339(environment.created_at)}};
    view["theme"] = environment.theme;
    view["link_origins"] = json::array_of(environment.link_origins);
    view["reconnect_url"] = environment.reconnect_url ? json::value(*environment.reconnect_url) : json::value(nullptr);
    return view;
}

} // namespace sluice::api
