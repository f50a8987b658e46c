#include "view.hpp"

namespace sluice::api {
json::object webhook_view(events::Webhook const& webhook)
{
    json::array types;
    for (auto const& type : webhook.event_types)
        types.emplace_back(type);
    json::object view{{"id", webhook.id.str()},
                      {"environment_id", webhook.environment.str()},
                      {"target_url", webhook.target_url},
                      {"is_active", webhook.is_active},
                      {"created_at", to_rfc3339(webhook.created_at)},
                      {"updated_at", to_rfc3339(webhook.updated_at)}};
    view["event_types"] = std::move(types);
    return view;
}

} // namespace sluice::api
