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

/// Makes attempts at deliveries. A receiver's host gets only a share of all attempts, and an environment a share of its
/// host's. One per I/O thread.
class Deliverer {
public:
    static constexpr std::chrono::seconds kLimit{10};
    static constexpr std::chrono::hours kGiveUpAfter{24};
    static constexpr std::size_t kMostAtHost = 16; ///< At once; an environment has at most half of them.

    /// All must outlive it.
    Deliverer(WebhookRepository& repository, http::Client& client, Clock const& clock, DelivererMetrics& metrics);

    /// Makes one attempt, and stores it together with the next step. Does nothing if the delivery is finished or
    /// deleted. Gives a time if no attempt was made, because the receiver pauses or its share is used up: the delivery
    /// is due again then. Errors: unavailable.
    Task<Result<std::optional<Timestamp>>> deliver(EnvironmentId environment, DeliveryId id, Deadline deadline);

private:
    /// Makes the attempt; nothing if there is no room for it now.
    Task<std::optional<Attempt>> attempt(DeliveryState const& state);

    WebhookRepository& repository_;
    http::Client& client_;
    Clock const& clock_;
    DelivererMetrics& metrics_;
    std::unordered_map<std::string, http::Shares> at_host_;
};

/// The request of an attempt that is made now, for a receiver of any kind.
[[nodiscard]] http::OutgoingRequest delivery_request(DeliveryState const& state, Timestamp now);

/// The body of each attempt to deliver an event to a webhook.
[[nodiscard]] std::string delivery_body(Event const& event, WebhookId webhook);

/// Reads `Retry-After`: seconds or a date (RFC 9110 section 10.2.3). Nothing if it is neither.
[[nodiscard]] std::optional<Timestamp> retry_time(std::string_view retry_after, Timestamp now);

/// The pause after so many attempts (from 1): 5 s to 4 h. `jitter` is from 0 to 1.
[[nodiscard]] std::chrono::seconds pause_after(int attempts, double jitter);

} // namespace sluice::events
