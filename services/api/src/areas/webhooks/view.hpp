#pragma once

#include "base/json.hpp"
#include "events/webhook.hpp"

namespace sluice::api {

[[nodiscard]] json::object webhook_view(events::Webhook const& webhook);

} // namespace sluice::api
