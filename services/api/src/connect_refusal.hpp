#pragma once

#include "base/error.hpp"
#include "http_api/message.hpp"

namespace sluice::api {

/// Errors as the Link UI reads them: the envelope and `error_type`. What is no longer there is a link that is no longer
/// good (401); credentials that a vendor refuses are input that can be corrected (422).
[[nodiscard]] http::Response connect_refusal(Error const& error);

} // namespace sluice::api
