#pragma once

#include "base/clock.hpp"
#include "events/webhook.hpp"
#include "http_api/client.hpp"
#include "http_api/shares.hpp"
#include "telemetry/metrics.hpp"

#include <string>
#include <string_view>
#include <unordered_map>

namespace sluice::events {

struct DelivererMetrics {
    explicit DelivererMetrics(telemetry::Registry& registry);
    telemetry::Counter& delivered;
    telemetry::Counter& failed;
    telemetry::Counter& dead;
};

/// Makes attempts at deliveries, of which a receiver's host gets a share only, and of that an environment. One per I/O
/// thread.
class Deliverer {
public:
    static constexpr std::chrono::seconds kLimit{10};
    static constexpr std::chrono::hours kGiveUpAfter{24};
    static constexpr std::size_t kMostAtHost = 16; ///< At once, of which an environment has half at most.

    /// All must outlive it.
    Deliverer(WebhookRepository& repository, http::Client& client, Clock const& clock, DelivererMetrics& metrics);

    /// One attempt, recorded together with what follows. A delivery that is over, or gone, is left alone. A time if
    /// there was no attempt, because its receiver pauses or has its share: it is to be delivered again then.
    Task<Result<std::optional<Timestamp>>> deliver(EnvironmentId environment, DeliveryId id, Deadline deadline);

private:
    /// Nothing if there is no room for it now.
    Task<std::optional<Attempt>> attempt(DeliveryState const& state);

    WebhookRepository& repository_;
    http::Client& client_;
    Clock const& clock_;
    DelivererMetrics& metrics_;
    std::unordered_map<std::string, http::Shares> at_host_;
};

/// The body of every attempt at an event.
[[nodiscard]] std::string delivery_body(Event const& event, WebhookId webhook);

/// When a receiver says it may be asked again: seconds or a date (RFC 9110 section 10.2.3). Nothing if it says neither.
[[nodiscard]] std::optional<Timestamp> retry_time(std::string_view retry_after, Timestamp now);

/// The pause after the nth attempt, counted from 1: from 5 s to 4 h. `jitter` is from 0 to 1.
[[nodiscard]] std::chrono::seconds pause_after(int attempts, double jitter);

} // namespace sluice::events
