#include "input.hpp"

#include "http_api/fields.hpp"

namespace sluice::api {
namespace {

using events::WebhookPatch;

WebhookPatch read_members(http::Fields& fields, bool is_new, events::Subscriptions const& subscriptions)
{
    WebhookPatch webhook;
    webhook.target_url = fields.text("target_url", is_new, 2000);
    webhook.event_types = fields.texts("event_types", events::event_types().size());
    fields.merge(subscriptions.faults_of(webhook));
    webhook.is_active = fields.flag("is_active");
    return webhook;
}

} // namespace

Result<WebhookPatch> read_webhook(json::object const& body, EnvironmentId environment,
                                  events::Subscriptions const& subscriptions)
{
    http::Fields fields(body);
    fields.own_environment(environment);
    auto webhook = read_members(fields, true, subscriptions);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return webhook;
}

Result<WebhookPatch> read_webhook_patch(json::object const& body, events::Subscriptions const& subscriptions)
{
    http::Fields fields(body);
    auto patch = read_members(fields, false, subscriptions);
    fields.refuse_null({"target_url", "event_types", "is_active"});
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return patch;
}

Result<WebhookId> read_webhook_id(json::object const& body)
{
    http::Fields fields(body);
    auto const id = fields.id<WebhookId>("id", true);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return *id;
}

Result<events::Replay> read_replay(json::object const& body)
{
    http::Fields fields(body);
    events::Replay replay;
    replay.event = fields.id<EventId>("event_id", false);
    replay.from = fields.time("from");
    replay.to = fields.time("to");
    auto const is_given = [&](std::string_view name) { return fields.has(name) && !fields.is_null(name); };
    if (is_given("event_id") == is_given("from"))
        fields.fail("event_id", "or from (and to) is required: one event, or those of a span of time");
    if (is_given("event_id") && is_given("to"))
        fields.fail("to", "is only for from, not for event_id, which names one event");
    if (replay.from && replay.to && *replay.from >= *replay.to)
        fields.fail("to", "must be after from");
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return replay;
}

} // namespace sluice::api
