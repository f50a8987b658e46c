#include "handlers.hpp"

#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "events/subscriptions.hpp"
#include "events/webhook.hpp"
#include "http_api/fields.hpp"
#include "input.hpp"
#include "view.hpp"

namespace sluice::api {
namespace {

/// The view with the signing secret, which is shown only once.
json::object signed_view(events::SignedWebhook const& webhook)
{
    auto view = webhook_view(webhook.webhook);
    view["secret"] = webhook.secret.reveal();
    return view;
}

} // namespace

WebhookHandlers::WebhookHandlers(ShardParts const& parts)
    : rows_(parts.rows.webhooks)
    , subscriptions_(parts.subscriptions)
    , cursors_(parts.cursors)
{
}

HandlerResult WebhookHandlers::create(Call& call)
{
    auto const read = [this, &call](json::object const& body) {
        return read_webhook(body, call.environment(), subscriptions_);
    };
    return answer_create(call, signed_view, read, [this, &call](events::WebhookPatch webhook) {
        return subscriptions_.create(call.environment(), std::move(webhook), call.author(), call.deadline);
    });
}

HandlerResult WebhookHandlers::list(Call& call)
{
    return answer_list(call, cursors_, webhook_view, [this, &call](tenancy::ListQuery query) {
        return rows_.list(call.environment(), std::move(query), call.deadline);
    });
}

HandlerResult WebhookHandlers::get(Call& call)
{
    return answer_get<WebhookId>(call, "webhook", webhook_view, [this, &call](WebhookId id) {
        return rows_.find(call.environment(), id, call.deadline);
    });
}

HandlerResult WebhookHandlers::patch(Call& call)
{
    auto const read = [this](json::object const& body) { return read_webhook_patch(body, subscriptions_); };
    return answer_change<WebhookId>(
        call, "webhook", webhook_view, read, [this, &call](WebhookId id, events::WebhookPatch patch) {
            return subscriptions_.change(call.environment(), id, std::move(patch), call.author(), call.deadline);
        });
}

HandlerResult WebhookHandlers::remove(Call& call)
{
    return answer_remove<WebhookId>(call, "webhook", [this, &call](WebhookId id) {
        return rows_.remove(call.environment(), id, call.author(), call.deadline);
    });
}

HandlerResult WebhookHandlers::rotate_secret(Call& call)
{
    auto const id = call.id<WebhookId>("id", "webhook");
    if (!id)
        co_return id.error();
    co_return shown(co_await subscriptions_.rotate_secret(call.environment(), *id, call.author(), call.deadline),
                    signed_view);
}

HandlerResult WebhookHandlers::send_test(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto const id = read_webhook_id(*body);
    if (!id)
        co_return id.error();
    auto const event = co_await rows_.send_test(call.environment(), *id, call.author(), call.deadline);
    if (!event)
        co_return event.error();
    co_return ok({{"success", true}, {"event_id", event->str()}});
}

HandlerResult WebhookHandlers::replay(Call& call)
{
    auto const id = call.id<WebhookId>("id", "webhook");
    if (!id)
        co_return id.error();
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto const replay = read_replay(*body);
    if (!replay)
        co_return replay.error();
    auto const count = co_await rows_.replay(call.environment(), *id, *replay, call.author(), call.deadline);
    if (!count)
        co_return count.error();
    co_return ok({{"success", true}, {"deliveries", *count}});
}

} // namespace sluice::api
