#include "crud.hpp"
#include "events/signature.hpp"
#include "fields.hpp"
#include "handlers.hpp"
#include "outgoing_url.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sluice::api {
namespace {

using events::Webhook;

/// Every event there is (api-spec). `test` comes by request only.
constexpr std::array<std::string_view, 14> kEventTypes{"integrated_account:created",
                                                       "integrated_account:updated",
                                                       "integrated_account:active",
                                                       "integrated_account:post_install_error",
                                                       "integrated_account:validation_error",
                                                       "integrated_account:authentication_error",
                                                       "integrated_account:reactivated",
                                                       "integrated_account:deleted",
                                                       "environment_integration:app_refused",
                                                       "environment_integration:reactivated",
                                                       "approval:requested",
                                                       "approval:approved",
                                                       "approval:declined",
                                                       "test"};

void read_webhook(Fields& fields, Webhook& webhook, bool is_new, http::EgressPolicy const& egress)
{
    if (auto const url = fields.text("target_url", is_new, 2000)) {
        if (auto const fault = fault_of_outgoing_url(*url, egress))
            fields.fail("target_url", *fault);
        webhook.target_url = *url;
    }
    if (auto const types = fields.texts("event_types", kEventTypes.size())) {
        for (auto const& type : *types)
            if (std::ranges::find(kEventTypes, std::string_view(type)) == kEventTypes.end())
                fields.fail("event_types", fmt::format("has {}, which is no event; known are {}", type.substr(0, 60),
                                                       fmt::join(kEventTypes, ", ")));
        webhook.event_types = *types;
    }
    webhook.is_active = fields.flag("is_active").value_or(webhook.is_active);
}

http::Response with_secret(int status, Webhook const& webhook, Secret const& secret)
{
    auto answer = view(webhook);
    answer["secret"] = secret.reveal();
    return http::json_response(status, json::value(std::move(answer)));
}

} // namespace

WebhookHandlers::WebhookHandlers(Services const& services)
    : services_(services)
{
}

HandlerResult WebhookHandlers::create(Call& call)
{
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    fields.own_environment(call.environment());
    Webhook webhook;
    webhook.environment = call.environment();
    read_webhook(fields, webhook, true, services_.egress);
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const secret = events::mint_signing_secret();
    auto const created = co_await services_.store.webhooks().create(std::move(webhook), secret, call.deadline);
    if (!created)
        co_return created.error();
    co_return with_secret(201, *created, secret);
}

HandlerResult WebhookHandlers::list(Call& call)
{
    return answer_list(call, services_.cursors, [this, &call](tenancy::ListQuery query) {
        return services_.store.webhooks().list(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult WebhookHandlers::get(Call& call)
{
    return answer_get<WebhookId>(call, "webhook", [this, &call](WebhookId id) {
        return services_.store.webhooks().find(call.environment(), id, call.deadline);
    });
}

HandlerResult WebhookHandlers::patch(Call& call)
{
    auto const id = call.id<WebhookId>("id", "webhook");
    if (!id)
        co_return id.error();
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    auto webhook = co_await services_.store.webhooks().find(call.environment(), *id, call.deadline);
    if (!webhook)
        co_return webhook.error();
    Fields fields(*body);
    read_webhook(fields, *webhook, false, services_.egress);
    fields.refuse_null({"target_url", "event_types", "is_active"});
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const updated = co_await services_.store.webhooks().update(*std::move(webhook), call.deadline);
    if (!updated)
        co_return updated.error();
    co_return http::json_response(200, json::value(view(*updated)));
}

HandlerResult WebhookHandlers::remove(Call& call)
{
    return answer_remove<WebhookId>(call, "webhook", services_.announcer, std::nullopt, [this, &call](WebhookId id) {
        return services_.store.webhooks().remove(call.environment(), id, call.deadline);
    });
}

HandlerResult WebhookHandlers::rotate_secret(Call& call)
{
    auto const id = call.id<WebhookId>("id", "webhook");
    if (!id)
        co_return id.error();
    auto const secret = events::mint_signing_secret();
    auto const rotated =
        co_await services_.store.webhooks().rotate_secret(call.environment(), *id, secret, call.deadline);
    if (!rotated)
        co_return rotated.error();
    co_return with_secret(200, *rotated, secret);
}

HandlerResult WebhookHandlers::send_test(Call& call)
{
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto const id = fields.id<WebhookId>("id", true);
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const event = co_await services_.store.webhooks().send_test(call.environment(), *id, call.deadline);
    if (!event)
        co_return event.error();
    co_return http::json_response(200, json::value(json::object{{"success", true}, {"event_id", event->str()}}));
}

HandlerResult WebhookHandlers::replay(Call& call)
{
    auto const id = call.id<WebhookId>("id", "webhook");
    if (!id)
        co_return id.error();
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    events::Replay replay;
    replay.event = fields.id<EventId>("event_id", false);
    replay.from = fields.time("from");
    replay.to = fields.time("to");
    auto const is_given = [&](std::string_view name) { return fields.has(name) && !fields.is_null(name); };
    if (is_given("event_id") == is_given("from"))
        fields.fail("event_id", "or from (and to) is required: one event, or those of a span of time");
    if (is_given("event_id") && is_given("to"))
        fields.fail("to", "goes with from: event_id is one event");
    if (replay.from && replay.to && *replay.from >= *replay.to)
        fields.fail("to", "must be after from");
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    auto const count = co_await services_.store.webhooks().replay(call.environment(), *id, replay, call.deadline);
    if (!count)
        co_return count.error();
    co_return http::json_response(200, json::value(json::object{{"success", true}, {"deliveries", *count}}));
}

HandlerResult WebhookHandlers::log(Call& call)
{
    if (call.query.take("log_type") != "webhook")
        co_return invalid("log_type", "must be webhook");
    co_return co_await answer_list(call, services_.cursors, [this, &call](tenancy::ListQuery query) {
        return services_.store.webhooks().log(call.environment(), std::move(query), call.deadline);
    });
}

} // namespace sluice::api
