#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "events/subscriptions.hpp"

namespace sluice::api {

// Errors of all: invalid_argument for every mistake.

/// A new webhook has to have its `target_url`. `subscriptions` says what may be subscribed to, and where.
[[nodiscard]] Result<events::WebhookPatch> read_webhook(json::object const& body, EnvironmentId environment,
                                                        events::Subscriptions const& subscriptions);
[[nodiscard]] Result<events::WebhookPatch> read_webhook_patch(json::object const& body,
                                                              events::Subscriptions const& subscriptions);
/// `{id}`
[[nodiscard]] Result<WebhookId> read_webhook_id(json::object const& body);
[[nodiscard]] Result<events::Replay> read_replay(json::object const& body);

} // namespace sluice::api
