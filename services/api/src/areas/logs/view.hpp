#pragma once

#include "base/json.hpp"
#include "calllog/log_repository.hpp"
#include "events/webhook.hpp"

namespace sluice::api {

[[nodiscard]] json::object attempt_view(events::AttemptEntry const& entry);
/// Without the members that are empty.
[[nodiscard]] json::object log_entry_view(calllog::LogEntry const& entry);
[[nodiscard]] json::object hourly_sum_view(calllog::HourlySum const& sum);

} // namespace sluice::api
