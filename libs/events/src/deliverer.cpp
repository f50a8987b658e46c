#include "events/deliverer.hpp"

#include "base/random.hpp"
#include "events/signature.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice::events {
namespace {

using namespace std::chrono;

constexpr std::array<seconds, 9> kPauses{seconds(5), seconds(30), minutes(2), minutes(10), minutes(30),
                                         hours(1),   hours(2),    hours(4),   hours(4)};

double random_fraction()
{
    std::array<std::uint8_t, 1> byte{};
    random_bytes(byte);
    return byte[0] / 256.0;
}

} // namespace

DelivererMetrics::DelivererMetrics(telemetry::Registry& registry)
    : delivered(registry.counter("sluice_deliveries_total", "Attempts at webhooks.", {{"outcome", "delivered"}}))
    , failed(registry.counter("sluice_deliveries_total", "Attempts at webhooks.", {{"outcome", "failed"}}))
    , dead(registry.counter("sluice_deliveries_total", "Attempts at webhooks.", {{"outcome", "dead"}}))
{
}

std::string delivery_body(Event const& event, WebhookId webhook)
{
    json::object body{{"id", event.id.str()},
                      {"event", event.type},
                      {"environment_id", event.environment.str()},
                      {"webhook_id", webhook.str()},
                      {"created_at", to_rfc3339(event.created_at)}};
    body["payload"] = event.payload;
    return boost::json::serialize(body);
}

seconds pause_after(int attempts, double jitter)
{
    auto const index = static_cast<std::size_t>(std::clamp(attempts, 1, static_cast<int>(kPauses.size())) - 1);
    return duration_cast<seconds>(kPauses[index] * (0.8 + 0.4 * jitter));
}

Deliverer::Deliverer(WebhookRepository& repository, http::Client& client, Clock const& clock, DelivererMetrics& metrics)
    : repository_(repository)
    , client_(client)
    , clock_(clock)
    , metrics_(metrics)
{
}

Task<Result<void>> Deliverer::deliver(EnvironmentId environment, DeliveryId id, Deadline deadline)
{
    auto state = co_await repository_.load_delivery(environment, id, deadline);
    if (!state)
        co_return state.error().code() == ErrorCode::not_found ? Result<void>{} : state.error();
    if (state->status != DeliveryStatus::pending)
        co_return Result<void>{};
    auto made = co_await attempt(*state);
    co_return co_await repository_.record_attempt(*std::move(state), std::move(made), deadline);
}

Task<Attempt> Deliverer::attempt(DeliveryState const& state)
{
    auto const started = steady_clock::now();
    auto const now = clock_.now();
    Attempt made;
    if (!state.webhook.is_active) {
        made.error = "The webhook is not active.";
        made.outcome = DeliveryStatus::dead;
        metrics_.dead.add();
        co_return made;
    }
    auto const timestamp = duration_cast<seconds>(now.time_since_epoch()).count();
    http::OutgoingRequest request;
    request.method = http::Method::post;
    request.owner.environment = state.webhook.environment;
    request.url = state.webhook.target_url;
    request.body = delivery_body(state.event, state.webhook.id);
    request.headers.add("content-type", "application/json");
    request.headers.add("user-agent", "Sluice-Webhooks/1");
    request.headers.add("x-sluice-signature", body_signature(state.secrets.front(), request.body));
    request.headers.add("webhook-id", state.event.id.str());
    request.headers.add("webhook-timestamp", std::to_string(timestamp));
    request.headers.add("webhook-signature",
                        standard_signature(state.secrets, state.event.id.str(), timestamp, request.body));
    auto const answer = co_await client_.send(std::move(request), Deadline::after(kLimit));
    made.duration = duration_cast<milliseconds>(steady_clock::now() - started);
    if (answer)
        made.status = answer->status;
    else
        made.error = answer.error().public_detail();
    if (answer && answer->status >= 200 && answer->status < 300) {
        made.outcome = DeliveryStatus::delivered;
        metrics_.delivered.add();
    } else if (now - state.created_at >= kGiveUpAfter) {
        made.outcome = DeliveryStatus::dead;
        metrics_.dead.add();
    } else {
        made.next = now + pause_after(state.attempts + 1, random_fraction());
        metrics_.failed.add();
    }
    co_return made;
}

} // namespace sluice::events
