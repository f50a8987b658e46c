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

json::object attempt_view(events::AttemptEntry const& entry)
{
    bool const is_of_webhook = entry.kind == events::ReceiverKind::webhook;
    json::object view{{"id", entry.id.str()},
                      {"log_type", is_of_webhook ? "webhook" : "notification_destination"},
                      {"timestamp", to_rfc3339(entry.created_at)},
                      {"event_id", entry.event.str()},
                      {"event", entry.event_type},
                      {is_of_webhook ? "webhook_id" : "notification_destination_id",
                       is_of_webhook ? entry.webhook.str() : NotificationDestinationId{entry.webhook.uuid()}.str()},
                      {"delivery_id", entry.delivery.str()},
                      {"attempt", entry.attempt},
                      {"duration", entry.duration.count()}};
    view["http_status_code"] = entry.status ? json::value(*entry.status) : json::value(nullptr);
    view["error"] = entry.error ? json::value(*entry.error) : json::value(nullptr);
    return view;
}

} // namespace sluice::api
