#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/timestamp.hpp"
#include "jobs/queue.hpp"
#include "runtime/task.hpp"
#include "tenancy/page.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::events {

/// A developer's subscription.
struct Webhook {
    WebhookId id;
    EnvironmentId environment;
    std::string target_url;
    std::vector<std::string> event_types; ///< Empty: all.
    bool is_active = true;
    Timestamp created_at;
    Timestamp updated_at;
};

/// Something that happened.
struct Event {
    EventId id;
    EnvironmentId environment;
    std::string type; ///< `integrated_account:active`
    json::value payload;
    Timestamp created_at;
};

enum class DeliveryStatus { pending, delivered, dead };

/// All that one attempt takes.
struct DeliveryState {
    DeliveryId id;
    DeliveryStatus status = DeliveryStatus::pending;
    int attempts = 0; ///< Made so far.
    Timestamp created_at;
    Event event;
    Webhook webhook;
    std::vector<Secret> secrets; ///< The newest first; two while they are being rotated.
    /// The receiver failed again and again, or asked to be left alone: no attempt before.
    std::optional<Timestamp> paused_until;
};

/// What came of an attempt.
struct Attempt {
    std::optional<int> status; ///< Of the receiver's answer.
    std::string error;         ///< If there was none.
    std::chrono::milliseconds duration{};
    DeliveryStatus outcome = DeliveryStatus::pending;
    std::optional<Timestamp> next;       ///< While pending.
    bool is_made = true;                 ///< The receiver was asked.
    bool is_gone = false;                ///< It wants no more: the webhook is switched off.
    std::optional<Timestamp> not_before; ///< It asks to be left alone so long.
};

/// An attempt as the log has it.
struct AttemptEntry {
    LogEntryId id;
    EventId event;
    std::string event_type;
    WebhookId webhook;
    DeliveryId delivery;
    int attempt = 0;
    std::optional<int> status;
    std::optional<std::string> error;
    std::chrono::milliseconds duration{};
    Timestamp created_at;
};

/// The job of a delivery that waits: its id is the delivery's.
inline constexpr jobs::Kind kDeliveryJob{"delivery"};

/// Which events to deliver again: one, or those of a span of time.
struct Replay {
    std::optional<EventId> event;
    std::optional<Timestamp> from;
    std::optional<Timestamp> to;
};

/// Every method runs inside the environment it is given; what lies outside is not_found. All may answer unavailable.
class WebhookRepository {
public:
    static constexpr int kMostPerEnvironment = 50;
    static constexpr int kMostReplayed = 10'000;
    /// From so many failures in a row on, a webhook pauses: 15 s at first, twice as long each time, 15 min at most.
    static constexpr int kFailuresUntilPause = 5;

    virtual ~WebhookRepository() = default;
    /// Errors: conflict if the environment has `kMostPerEnvironment`.
    virtual Task<Result<Webhook>> create(Webhook webhook, Secret secret, Deadline deadline) = 0;
    virtual Task<Result<Webhook>> find(EnvironmentId environment, WebhookId id, Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<Webhook>>> list(EnvironmentId environment, tenancy::ListQuery query,
                                                      Deadline deadline) = 0;
    virtual Task<Result<Webhook>> update(Webhook webhook, Deadline deadline) = 0;
    /// The new secret signs first; the one before it signs too, until the next rotation.
    virtual Task<Result<Webhook>> rotate_secret(EnvironmentId environment, WebhookId id, Secret secret,
                                                Deadline deadline) = 0;
    /// Its deliveries go with it.
    virtual Task<Result<void>> remove(EnvironmentId environment, WebhookId id, Deadline deadline) = 0;

    /// An event of type `test` for this webhook only.
    virtual Task<Result<EventId>> send_test(EnvironmentId environment, WebhookId id, Deadline deadline) = 0;
    /// New deliveries of old events, with the ids the events have. How many. Errors: not_found if `replay.event` is not
    /// there; too_large beyond `kMostReplayed`.
    virtual Task<Result<std::size_t>> replay(EnvironmentId environment, WebhookId id, Replay replay,
                                             Deadline deadline) = 0;

    virtual Task<Result<DeliveryState>> load_delivery(EnvironmentId environment, DeliveryId id, Deadline deadline) = 0;
    /// Stores an attempt and what follows from it, the next job included.
    virtual Task<Result<void>> record_attempt(DeliveryState delivery, Attempt attempt, Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<AttemptEntry>>> log(EnvironmentId environment, tenancy::ListQuery query,
                                                          Deadline deadline) = 0;
};

} // namespace sluice::events
