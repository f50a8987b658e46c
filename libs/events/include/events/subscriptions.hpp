#pragma once

#include "events/webhook.hpp"
#include "http_api/egress.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::events {

/// The types of all events (api-spec). An event `test` is sent only on request.
[[nodiscard]] std::span<std::string_view const> event_types() noexcept;
/// The mistakes in `event_types`: each that is no event.
[[nodiscard]] std::vector<FieldFailure> faults_of_event_types(std::vector<std::string> const& types);

/// A change of a webhook. Absent members stay as they are.
struct WebhookPatch {
    std::optional<std::string> target_url = {};
    std::optional<std::vector<std::string>> event_types = {};
    std::optional<bool> is_active = {};
};

/// A webhook with its signing secret, which is shown only once.
struct SignedWebhook {
    Webhook webhook;
    Secret secret;
};

/// Developers' subscriptions to events. Every function works inside one environment: rows of others are not_found.
/// Every function may answer unavailable. Has no state, so any thread may call it, also several at once.
class Subscriptions {
public:
    /// Both must outlive it.
    Subscriptions(WebhookRepository& webhooks, http::EgressPolicy const& egress);

    /// The mistakes in a patch, each with the path of its member. `create` and `change` check them too. A reader of
    /// input calls this to report them together with other mistakes.
    [[nodiscard]] std::vector<FieldFailure> faults_of(WebhookPatch const& patch) const;

    /// Makes a webhook and its signing secret. Errors: invalid_argument with the mistakes of `faults_of`; conflict if
    /// the environment has as many as its quota allows.
    Task<Result<SignedWebhook>> create(EnvironmentId environment, WebhookPatch webhook, tenancy::Author author,
                                       Deadline deadline);
    /// Errors: not_found; invalid_argument with the mistakes of `faults_of`.
    Task<Result<Webhook>> change(EnvironmentId environment, WebhookId id, WebhookPatch patch, tenancy::Author author,
                                 Deadline deadline);
    /// Makes a new signing secret. Deliveries have its signature first, and that of the old secret too until the next
    /// rotation. Errors: not_found.
    Task<Result<SignedWebhook>> rotate_secret(EnvironmentId environment, WebhookId id, tenancy::Author author,
                                              Deadline deadline);

private:
    WebhookRepository& webhooks_;
    http::EgressPolicy const& egress_;
};

} // namespace sluice::events
