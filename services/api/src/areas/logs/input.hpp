#pragma once

#include "base/result.hpp"
#include "calllog/entry.hpp"
#include "events/webhook.hpp"
#include "http_api/query.hpp"

#include <variant>

namespace sluice::api {

using WantedLog = std::variant<calllog::LogType, events::ReceiverKind>;

/// Takes `log_type` off the query. Filters may also be written `log_type_filter[field]=…`; they become `field=…`, as
/// do `log_id` and `x-request-id`. Errors: invalid_argument at `log_type`.
[[nodiscard]] Result<WantedLog> take_log(http::Query& query);

} // namespace sluice::api
