#pragma once

#include "proxy/interpret.hpp"

#include <string>

namespace sluice::proxy {

/// The error body for a vendor's refusal (api-spec, `RemoteError`): status, message, `is_remote_error`, the vendor's
/// own body under `raw_response`, and when to call again if the vendor throttles. Compact JSON.
[[nodiscard]] std::string remote_error_body(Outcome const& outcome);

/// The body for a write that was made but whose answer cannot be read: status, message, and the answer as text under
/// `raw_response`.
[[nodiscard]] std::string unread_body(Outcome const& outcome);

} // namespace sluice::proxy
