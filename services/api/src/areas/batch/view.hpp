#pragma once

#include "batch/runner.hpp"
#include "http_api/message.hpp"

namespace sluice::api {

/// The end of a batch: `{result, errors, is_partial, partial, calls}`, with the limits of the account as headers. The
/// records are the vendor's bytes.
[[nodiscard]] http::Response batch_response(batch::BatchResult const& done);

} // namespace sluice::api
