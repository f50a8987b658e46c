#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "events/subscriptions.hpp"

namespace sluice::api {

// Errors of all functions: invalid_argument with every mistake.

/// Reads a webhook; a new one must have a `target_url`. `subscriptions` checks event types and address.
[[nodiscard]] Result<events::WebhookPatch> read_webhook(json::object const& body, EnvironmentId environment,
                                                        events::Subscriptions const& subscriptions);
[[nodiscard]] Result<events::WebhookPatch> read_webhook_patch(json::object const& body,
                                                              events::Subscriptions const& subscriptions);
/// `{id}`
[[nodiscard]] Result<WebhookId> read_webhook_id(json::object const& body);
[[nodiscard]] Result<events::Replay> read_replay(json::object const& body);

} // namespace sluice::api
