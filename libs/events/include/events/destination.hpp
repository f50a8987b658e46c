#pragma once

#include "events/webhook.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::events {

/// The last attempt at a receiver, which failed. Forgotten when one succeeds, or when the destination is changed.
struct LastFailure {
    std::optional<int> status; ///< The status of the receiver's answer.
    std::string error;         ///< Set if there was no answer.
    Timestamp occurred_at;
};

/// A chat channel that is told of events: a webhook of a kind other than `webhook`. Whoever has its URL can post there,
/// so the URL is stored sealed, and shown masked.
struct Destination {
    NotificationDestinationId id;
    EnvironmentId environment;
    ReceiverKind kind = ReceiverKind::slack;
    std::string label;
    std::string masked_url;
    std::vector<std::string> event_types; ///< Empty: all.
    bool is_active = true;
    std::optional<LastFailure> last_failure;
    Timestamp created_at;
    Timestamp updated_at;
};

/// The environment's notification destinations. Deliveries to them are in `WebhookRepository`, like all others. Every
/// function works inside one environment: rows of others are not_found, and so are webhooks. Every function may answer
/// unavailable. A function that has an `author` writes one entry of the audit log. Thread-safe.
class DestinationRepository {
public:
    virtual ~DestinationRepository() = default;
    /// Errors: conflict if the environment has as many as its quota allows.
    virtual Task<Result<Destination>> create(Destination destination, Secret url, tenancy::Author author,
                                             Deadline deadline) = 0;
    virtual Task<Result<Destination>> find(EnvironmentId environment, NotificationDestinationId id,
                                           Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<Destination>>> list(EnvironmentId environment, tenancy::ListQuery query,
                                                          Deadline deadline) = 0;
    /// Stores the destination, with another URL if there is one. Its failures and its pause are forgotten.
    virtual Task<Result<Destination>> update(Destination destination, std::optional<Secret> url, tenancy::Author author,
                                             Deadline deadline) = 0;
    /// Removes a destination with its deliveries.
    virtual Task<Result<void>> remove(EnvironmentId environment, NotificationDestinationId id, tenancy::Author author,
                                      Deadline deadline) = 0;

    /// A delivery of an event of type `test`. Neither is stored, but the audit log has who asked for it.
    virtual Task<Result<DeliveryState>> load_test(EnvironmentId environment, NotificationDestinationId id,
                                                  tenancy::Author author, Deadline deadline) = 0;
    /// Forgets the failures and the pause of a destination that works.
    virtual Task<Result<void>> record_works(EnvironmentId environment, NotificationDestinationId id,
                                            Deadline deadline) = 0;
    /// The attempts at destinations.
    virtual Task<Result<tenancy::Page<AttemptEntry>>> log(EnvironmentId environment, tenancy::ListQuery query,
                                                          Deadline deadline) = 0;
};

} // namespace sluice::events
