#pragma once

#include "http_api/headers.hpp"
#include "ratelimit/normalise.hpp"

namespace sluice::api {

/// Adds `ratelimit-*` for our own limits, unless the vendor's, which stand there, are tighter; and `retry-after` if
/// ours refuse the request. Nothing if the request counts for none.
void add_own_limits(ratelimit::Limits const& own, http::Headers& headers);

} // namespace sluice::api
