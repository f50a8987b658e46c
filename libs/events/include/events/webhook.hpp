#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/timestamp.hpp"
#include "jobs/queue.hpp"
#include "runtime/task.hpp"
#include "tenancy/actor.hpp"
#include "tenancy/page.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::events {

/// What a receiver takes. A notification destination is a webhook of another kind than `webhook`.
enum class ReceiverKind {
    webhook, ///< The event, signed.
    slack,   ///< A message as Slack's incoming webhooks take it (`chat_message`).
};

[[nodiscard]] std::string_view name_of(ReceiverKind kind) noexcept;

/// A subscription to events: a developer's webhook, or a notification destination.
struct Webhook {
    WebhookId id;
    EnvironmentId environment;
    ReceiverKind kind = ReceiverKind::webhook;
    std::string target_url;               ///< Of a destination: `masked_url` of it, since the whole URL is its secret.
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

/// Everything that one attempt needs.
struct DeliveryState {
    DeliveryId id;
    DeliveryStatus status = DeliveryStatus::pending;
    int attempts = 0; ///< Attempts that were made.
    Timestamp created_at;
    Event event;
    Webhook webhook;
    /// Of a webhook: what signs, the newest first; two after a rotation. Of a destination: its URL.
    std::vector<Secret> secrets;
    /// No attempt before this time: the receiver failed again and again, or asked for a pause.
    std::optional<Timestamp> paused_until;
};

/// The end of an attempt.
struct Attempt {
    std::optional<int> status; ///< The status of the receiver's answer.
    std::string error;         ///< Set if there was no answer.
    std::chrono::milliseconds duration{};
    DeliveryStatus outcome = DeliveryStatus::pending;
    std::optional<Timestamp> next;       ///< The time of the next attempt, while pending.
    bool is_made = true;                 ///< Whether the receiver was asked.
    bool is_gone = false;                ///< The receiver answered 410: the webhook is switched off.
    std::optional<Timestamp> not_before; ///< The receiver asks for a pause until then.
};

/// An attempt in the log.
struct AttemptEntry {
    LogEntryId id;
    EventId event;
    std::string event_type;
    ReceiverKind kind = ReceiverKind::webhook;
    WebhookId webhook;
    DeliveryId delivery;
    int attempt = 0;
    std::optional<int> status;
    std::optional<std::string> error;
    std::chrono::milliseconds duration{};
    Timestamp created_at;
};

/// The job of a delivery that waits. The job's id is the delivery's.
inline constexpr jobs::Kind kDeliveryJob{"delivery"};

/// The events to deliver again: one, or those of a span of time.
struct Replay {
    std::optional<EventId> event;
    std::optional<Timestamp> from;
    std::optional<Timestamp> to;
};

/// Webhooks, and the deliveries to receivers of every kind. Every function works inside one environment: rows of others
/// are not_found, and so are notification destinations, which `DestinationRepository` has. Every function may answer
/// unavailable. A function that has an `author` writes one entry of the audit log with the change. Thread-safe.
class WebhookRepository {
public:
    static constexpr int kMostReplayed = 10'000;
    /// After so many failures in a row a webhook pauses: for 15 s at first, then twice as long each time, at most 15
    /// min.
    static constexpr int kFailuresUntilPause = 5;

    virtual ~WebhookRepository() = default;
    /// Errors: conflict if the environment has as many as its quota allows.
    virtual Task<Result<Webhook>> create(Webhook webhook, Secret secret, tenancy::Author author, Deadline deadline) = 0;
    virtual Task<Result<Webhook>> find(EnvironmentId environment, WebhookId id, Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<Webhook>>> list(EnvironmentId environment, tenancy::ListQuery query,
                                                      Deadline deadline) = 0;
    virtual Task<Result<Webhook>> update(Webhook webhook, tenancy::Author author, Deadline deadline) = 0;
    /// Stores a new signing secret. The one before it is kept until the next rotation.
    virtual Task<Result<Webhook>> rotate_secret(EnvironmentId environment, WebhookId id, Secret secret,
                                                tenancy::Author author, Deadline deadline) = 0;
    /// Removes a webhook with its deliveries.
    virtual Task<Result<void>> remove(EnvironmentId environment, WebhookId id, tenancy::Author author,
                                      Deadline deadline) = 0;

    /// Makes an event of type `test` for this webhook only. Gives its id.
    virtual Task<Result<EventId>> send_test(EnvironmentId environment, WebhookId id, tenancy::Author author,
                                            Deadline deadline) = 0;
    /// Makes new deliveries of old events, which keep their ids. Gives how many. Errors: not_found if there is no event
    /// `replay.event`; too_large if there are more than `kMostReplayed`.
    virtual Task<Result<std::size_t>> replay(EnvironmentId environment, WebhookId id, Replay replay,
                                             tenancy::Author author, Deadline deadline) = 0;

    virtual Task<Result<DeliveryState>> load_delivery(EnvironmentId environment, DeliveryId id, Deadline deadline) = 0;
    /// Stores an attempt and the next step: the delivery's status, its next job, the webhook's pause.
    virtual Task<Result<void>> record_attempt(DeliveryState delivery, Attempt attempt, Deadline deadline) = 0;
    /// The attempts at webhooks.
    virtual Task<Result<tenancy::Page<AttemptEntry>>> log(EnvironmentId environment, tenancy::ListQuery query,
                                                          Deadline deadline) = 0;
};

} // namespace sluice::events
