#pragma once

#include "base/error.hpp"
#include "http_api/message.hpp"

namespace sluice::api {

/// An error in the form that the Link UI reads: the error body and `error_type`. not_found means that the link is not
/// valid any more (401). Credentials that the vendor refuses are input that can be corrected (422).
[[nodiscard]] http::Response connect_refusal(Error const& error);

} // namespace sluice::api
