#pragma once

#include "events/webhook.hpp"
#include "http_api/egress.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::events {

/// Every event there is (api-spec). `test` comes by request only.
[[nodiscard]] std::span<std::string_view const> event_types() noexcept;

/// What changes of a webhook. What is absent stays.
struct WebhookPatch {
    std::optional<std::string> target_url = {};
    std::optional<std::vector<std::string>> event_types = {};
    std::optional<bool> is_active = {};
};

/// A webhook with its signing secret, which is told once.
struct SignedWebhook {
    Webhook webhook;
    Secret secret;
};

/// Developers' subscriptions to events. Every method runs inside the environment it is given: what lies outside is
/// not_found. All may answer unavailable. Without state: any thread, any number of calls at once.
class Subscriptions {
public:
    /// Both must outlive it.
    Subscriptions(WebhookRepository& webhooks, http::EgressPolicy const& egress);

    /// What is wrong with a patch, each mistake at its member; empty if nothing is. `create` and `change` ask it too:
    /// who reads input can tell these mistakes together with others.
    [[nodiscard]] std::vector<FieldFailure> faults_of(WebhookPatch const& patch) const;

    /// Errors: invalid_argument as `faults_of`; conflict if the environment has as many webhooks as it may.
    Task<Result<SignedWebhook>> create(EnvironmentId environment, WebhookPatch webhook, Deadline deadline);
    /// Errors: not_found; invalid_argument as `faults_of`.
    Task<Result<Webhook>> change(EnvironmentId environment, WebhookId id, WebhookPatch patch, Deadline deadline);
    /// A new secret signs first; the one before it signs too, until the next rotation. Errors: not_found.
    Task<Result<SignedWebhook>> rotate_secret(EnvironmentId environment, WebhookId id, Deadline deadline);

private:
    WebhookRepository& webhooks_;
    http::EgressPolicy const& egress_;
};

} // namespace sluice::events
