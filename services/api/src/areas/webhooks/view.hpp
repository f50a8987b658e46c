#pragma once

#include "base/json.hpp"
#include "events/webhook.hpp"

namespace sluice::api {

[[nodiscard]] json::object webhook_view(events::Webhook const& webhook);
[[nodiscard]] json::object attempt_view(events::AttemptEntry const& entry);

} // namespace sluice::api
