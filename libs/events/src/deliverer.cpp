#include "events/deliverer.hpp"

#include "base/random.hpp"
#include "events/chat_message.hpp"
#include "events/signature.hpp"
#include "http_api/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace sluice::events {
namespace {

using namespace std::chrono;

constexpr std::array<seconds, 9> kPauses{seconds(5), seconds(30), minutes(2), minutes(10), minutes(30),
                                         hours(1),   hours(2),    hours(4),   hours(4)};

/// Deliveries that wait for a receiver are spread over this time, so that they do not all come at once.
constexpr seconds kSpread{5};
/// How long a delivery waits if its host has no room.
constexpr seconds kHostPause{1};

/// A place for one attempt at a host, kept as long as this lives. There is none if the environment's share at the host
/// is used up.
class Place {
public:
    using Hosts = std::unordered_map<std::string, http::Shares>;

    Place(Hosts& hosts, std::string host, EnvironmentId environment)
        : hosts_(hosts)
        , host_(std::move(host))
        , owner_{environment, {}}
        , is_taken_(!hosts_.try_emplace(host_, Deliverer::kMostAtHost).first->second.take(owner_))
    {
    }
    ~Place()
    {
        if (!is_taken_)
            return;
        auto const shares = hosts_.find(host_);
        shares->second.give_back(owner_);
        if (shares->second.taken() == 0)
            hosts_.erase(shares);
    }
    Place(Place const&) = delete;
    Place& operator=(Place const&) = delete;

    [[nodiscard]] bool is_taken() const noexcept { return is_taken_; }

private:
    Hosts& hosts_;
    std::string const host_;
    http::Owner const owner_;
    bool const is_taken_;
};

/// The address of the receiver.
std::string const& address_of(DeliveryState const& state)
{
    return state.webhook.kind == ReceiverKind::webhook ? state.webhook.target_url : state.secrets.front().reveal();
}

} // namespace

std::string_view name_of(ReceiverKind kind) noexcept
{
    return kind == ReceiverKind::webhook ? "webhook" : "slack";
}

DelivererMetrics::DelivererMetrics(telemetry::Registry& registry)
    : delivered(registry.counter("sluice_deliveries_total", "Attempts at webhooks and notification destinations.",
                                 {{"outcome", "delivered"}}))
    , failed(registry.counter("sluice_deliveries_total", "Attempts at webhooks and notification destinations.",
                              {{"outcome", "failed"}}))
    , dead(registry.counter("sluice_deliveries_total", "Attempts at webhooks and notification destinations.",
                            {{"outcome", "dead"}}))
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

http::OutgoingRequest delivery_request(DeliveryState const& state, Timestamp now)
{
    http::OutgoingRequest request;
    request.method = http::Method::post;
    request.owner.environment = state.webhook.environment;
    request.url = address_of(state);
    request.headers.add("content-type", "application/json");
    request.headers.add("user-agent", "Sluice-Webhooks/1");
    if (state.webhook.kind == ReceiverKind::slack) {
        request.body = chat_message(state.event);
        return request;
    }
    auto const timestamp = duration_cast<seconds>(now.time_since_epoch()).count();
    request.body = delivery_body(state.event, state.webhook.id);
    request.headers.add("x-sluice-signature", body_signature(state.secrets.front(), request.body));
    request.headers.add("webhook-id", state.event.id.str());
    request.headers.add("webhook-timestamp", std::to_string(timestamp));
    request.headers.add("webhook-signature",
                        standard_signature(state.secrets, state.event.id.str(), timestamp, request.body));
    return request;
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

std::optional<Timestamp> retry_time(std::string_view retry_after, Timestamp now)
{
    constexpr std::int64_t kMost = 24 * 3600;
    std::int64_t left = 0;
    auto const* const last = retry_after.data() + retry_after.size();
    auto const [end, error] = std::from_chars(retry_after.data(), last, left);
    if (end == last && !retry_after.empty() && error != std::errc::invalid_argument)
        return now +
               seconds(error == std::errc::result_out_of_range ? kMost : std::clamp<std::int64_t>(left, 0, kMost));
    std::tm date{};
    std::string const text(retry_after);
    char const* const rest = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
    if (rest == nullptr || *rest != '\0')
        return std::nullopt;
    return std::clamp<Timestamp>(system_clock::from_time_t(::timegm(&date)), now, now + seconds(kMost));
}

Task<Result<std::optional<Timestamp>>> Deliverer::deliver(EnvironmentId environment, DeliveryId id, Deadline deadline)
{
    using Next = std::optional<Timestamp>;
    auto state = co_await repository_.load_delivery(environment, id, deadline);
    if (!state)
        co_return state.error().code() == ErrorCode::not_found ? Result<Next>(std::nullopt) : state.error();
    if (state->status != DeliveryStatus::pending)
        co_return Next{};
    auto const now = clock_.now();
    bool const is_late = now - state->created_at >= kGiveUpAfter;
    if (state->webhook.is_active && state->paused_until > now && !is_late)
        co_return Next(*state->paused_until + duration_cast<Timestamp::duration>(kSpread * random_fraction()));
    auto const url = http::parse_url(address_of(*state));
    Place const place(at_host_, url ? url->authority() : std::string(), environment);
    if (!place.is_taken())
        co_return Next(now + kHostPause);
    auto made = co_await attempt(*state);
    if (!made)
        co_return Next(now + kHostPause);
    auto const recorded = co_await repository_.record_attempt(*std::move(state), *std::move(made), deadline);
    if (!recorded)
        co_return recorded.error();
    co_return Next{}; // Storing the attempt has scheduled the next one.
}

Task<std::optional<Attempt>> Deliverer::attempt(DeliveryState const& state)
{
    auto const started = steady_clock::now();
    auto const now = clock_.now();
    Attempt made;
    if (!state.webhook.is_active) {
        made.error = state.webhook.kind == ReceiverKind::webhook ? "The webhook is not active."
                                                                 : "The notification destination is not active.";
        made.is_made = false;
        made.outcome = DeliveryStatus::dead;
        metrics_.dead.add();
        co_return made;
    }
    auto request = delivery_request(state, now);
    auto const answer = co_await client_.send(std::move(request), Deadline::after(kLimit));
    if (!answer && answer.error().code() == ErrorCode::rate_limited)
        co_return std::nullopt; // The HTTP client has no room for it.
    made.duration = duration_cast<milliseconds>(steady_clock::now() - started);
    if (answer)
        made.status = answer->status;
    else
        made.error = answer.error().public_detail();
    auto const status = answer ? answer->status : 0;
    if (status >= 200 && status < 300) {
        made.outcome = DeliveryStatus::delivered;
        metrics_.delivered.add();
        co_return made;
    }
    auto const ends_at = state.created_at + kGiveUpAfter;
    made.is_gone = status == 410;
    // A chat that does not take a message will not take it later, and must not keep back those behind it.
    bool const is_refused = status == 400 && state.webhook.kind == ReceiverKind::slack;
    if (made.is_gone || is_refused || now >= ends_at) {
        made.outcome = DeliveryStatus::dead;
        metrics_.dead.add();
        co_return made;
    }
    if (status == 429 || status == 503)
        if (auto const header = answer->headers.find("retry-after"))
            made.not_before = retry_time(*header, now);
    auto const next = now + pause_after(state.attempts + 1, random_fraction());
    // The last attempt is made when the delivery's time ends.
    made.next = std::min(std::max<Timestamp>(next, made.not_before.value_or(next)), ends_at);
    metrics_.failed.add();
    co_return made;
}

} // namespace sluice::events
