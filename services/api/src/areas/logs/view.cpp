#include "view.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::api {
namespace {

double milliseconds(std::chrono::microseconds time)
{
    constexpr double kMicroseconds = 1000;
    return static_cast<double>(time.count()) / kMicroseconds;
}

void put(json::object& view, std::string_view name, std::optional<std::string> const& text)
{
    if (text)
        view[name] = *text;
}

template <class Tag>
void put(json::object& view, std::string_view name, std::optional<Id<Tag>> const& id)
{
    if (id)
        view[name] = id->str();
}

} // namespace

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

json::object log_entry_view(calllog::LogEntry const& entry)
{
    json::object view{{"id", entry.id.str()},
                      {"log_type", name_of(entry.type)},
                      {"timestamp", to_rfc3339(entry.created_at)},
                      {"environment_id", entry.environment.str()}};
    put(view, "request_id", entry.request_id.empty() ? std::nullopt : std::optional(entry.request_id));
    put(view, "request_type", entry.request_type);
    put(view, "integrated_account_id", entry.account);
    put(view, "tenant_id", entry.tenant_id);
    put(view, "integration", entry.integration);
    put(view, "resource", entry.resource);
    put(view, "method", entry.method);
    put(view, "mcp_server_id", entry.server);
    put(view, "mcp_server_name", entry.server_name);
    put(view, "mcp_method", entry.mcp_method);
    put(view, "tool_name", entry.tool);
    put(view, "client_name", entry.client_name);
    put(view, "client_version", entry.client_version);
    put(view, "api_token_id", entry.token);
    put(view, "client_address", entry.client_address);
    put(view, "http_method", entry.http_method);
    put(view, "http_url", entry.url);
    view["http_status_code"] = entry.status;
    view["duration"] = milliseconds(entry.duration);
    view["fetch_duration"] = milliseconds(entry.fetch_time);
    if (entry.result_count)
        view["result_count"] = *entry.result_count;
    put(view, "error", entry.error);
    put(view, "trace_id", entry.trace_id);
    put(view, "span_id", entry.span_id);
    return view;
}

json::object hourly_sum_view(calllog::HourlySum const& sum)
{
    json::object view{{"hour", to_rfc3339(sum.hour)}, {"log_type", name_of(sum.type)}};
    put(view, "integrated_account_id", sum.account);
    put(view, "mcp_server_id", sum.server);
    put(view, "integration", sum.integration);
    put(view, "tool_name", sum.tool);
    view["status_class"] = sum.status_class;
    view["calls"] = sum.calls;
    view["errors"] = sum.errors;
    view["throttled"] = sum.throttled;
    view["p50"] = milliseconds(sum.median);
    view["p95"] = milliseconds(sum.p95);
    return view;
}

} // namespace sluice::api
