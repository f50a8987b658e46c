#pragma once

#include "base/clock.hpp"
#include "events/webhook.hpp"
#include "http_api/client.hpp"
#include "telemetry/metrics.hpp"

namespace sluice::events {

struct DelivererMetrics {
    explicit DelivererMetrics(telemetry::Registry& registry);
    telemetry::Counter& delivered;
    telemetry::Counter& failed;
    telemetry::Counter& dead;
};

/// Makes attempts at deliveries. One per I/O thread.
class Deliverer {
public:
    static constexpr std::chrono::seconds kLimit{10};
    static constexpr std::chrono::hours kGiveUpAfter{24};

    /// All must outlive it.
    Deliverer(WebhookRepository& repository, http::Client& client, Clock const& clock, DelivererMetrics& metrics);

    /// One attempt, recorded together with what follows. A delivery that is over, or gone, is left alone.
    Task<Result<void>> deliver(EnvironmentId environment, DeliveryId id, Deadline deadline);

private:
    Task<Attempt> attempt(DeliveryState const& state);

    WebhookRepository& repository_;
    http::Client& client_;
    Clock const& clock_;
    DelivererMetrics& metrics_;
};

/// The body of every attempt at an event.
[[nodiscard]] std::string delivery_body(Event const& event, WebhookId webhook);

/// The pause after the nth attempt, counted from 1: from 5 s to 4 h. `jitter` is from 0 to 1.
[[nodiscard]] std::chrono::seconds pause_after(int attempts, double jitter);

} // namespace sluice::events
