#pragma once

#include "base/clock.hpp"
#include "events/destination.hpp"
#include "http_api/client.hpp"
#include "http_api/egress.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::events {

/// A URL as it may be shown: `https://hooks.slack.com/services/…/abcd`. No URL that can be called.
[[nodiscard]] std::string masked_url(std::string_view url);

/// What a receiver's answer means, and what to do about it. With no status there was no answer, and `error` says why.
[[nodiscard]] std::string explain_answer(std::optional<int> status, std::string_view error);

/// A change of a destination. Absent members stay as they are.
struct DestinationPatch {
    std::optional<std::string> label = {};
    std::optional<std::vector<std::string>> event_types = {};
    std::optional<Secret> url = {};
    std::optional<bool> is_active = {};
};

/// What came of a test.
struct TestResult {
    bool is_delivered = false;
    std::optional<int> status;                       ///< The status of the receiver's answer.
    std::string message;                             ///< What it means, and what to do.
    std::string reason;                              ///< Slack's word for it, such as `no_service`; often empty.
    std::optional<std::chrono::seconds> retry_after; ///< The receiver asks for this pause.
};

/// What developers do with their notification destinations. Every function works inside one environment: rows of others
/// are not_found. Every function may answer unavailable. One per I/O thread.
class Destinations {
public:
    /// All must outlive it.
    Destinations(DestinationRepository& destinations, http::EgressPolicy const& egress, http::Client& client,
                 Clock const& clock);

    /// The mistakes in a patch, each with the path of its member. `create` and `change` check them too. A reader of
    /// input calls this to report them together with other mistakes.
    [[nodiscard]] std::vector<FieldFailure> faults_of(DestinationPatch const& patch) const;

    /// Makes a destination, which is told of requested approvals unless the patch says otherwise. Errors:
    /// invalid_argument with the mistakes of `faults_of`; conflict if the environment has as many as its quota allows.
    Task<Result<Destination>> create(EnvironmentId environment, DestinationPatch destination, tenancy::Author author,
                                     Deadline deadline);
    /// Errors: not_found; invalid_argument with the mistakes of `faults_of`.
    Task<Result<Destination>> change(EnvironmentId environment, NotificationDestinationId id, DestinationPatch patch,
                                     tenancy::Author author, Deadline deadline);
    /// Sends a test message once, also to a destination that pauses or is not active. If it is delivered, the pause is
    /// over. `deadline` is that of the look-up; the receiver has `Deliverer::kLimit`. Errors: not_found; rate_limited
    /// if there is no room for it. The audit log has it once it is loaded, whatever the receiver answers.
    Task<Result<TestResult>> test(EnvironmentId environment, NotificationDestinationId id, tenancy::Author author,
                                  Deadline deadline);

private:
    DestinationRepository& destinations_;
    http::EgressPolicy const& egress_;
    http::Client& client_;
    Clock const& clock_;
};

} // namespace sluice::events
