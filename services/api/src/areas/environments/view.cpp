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
    view["log_bodies_hours"] = environment.log_bodies_for.count();
    view["rate_limit_headers"] = environment.structured_limits ? "both" : "standard";
    return view;
}

json::object quotas_view(std::vector<tenancy::QuotaUse> const& quotas)
{
    json::object view;
    for (auto const& use : quotas)
        view[tenancy::traits_of(use.quota).name] = json::object{{"used", use.used}, {"limit", use.limit}};
    return view;
}

} // namespace sluice::api
