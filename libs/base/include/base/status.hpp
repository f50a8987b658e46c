#pragma once

#include "base/error.hpp"

namespace sluice {

/// The HTTP status of an error, for REST answers and tool errors. No other place chooses one.
[[nodiscard]] constexpr int http_status_of(ErrorCode code) noexcept
{
    switch (code) {
    case ErrorCode::invalid_argument:
        return 400;
    case ErrorCode::unauthenticated:
        return 401;
    case ErrorCode::forbidden:
        return 403;
    case ErrorCode::not_found:
        return 404;
    case ErrorCode::not_allowed:
        return 405;
    case ErrorCode::conflict:
        return 409;
    case ErrorCode::too_large:
        return 413;
    case ErrorCode::unsupported_media:
        return 415;
    case ErrorCode::rate_limited:
        return 429;
    case ErrorCode::reauth_needed:
        return 401;
    case ErrorCode::setup_failed:
        return 422;
    case ErrorCode::upstream_unreachable:
    case ErrorCode::upstream_failed:
        return 502;
    case ErrorCode::upstream_timeout:
        return 504;
    case ErrorCode::unavailable:
        return 503;
    case ErrorCode::internal:
        return 500;
    }
    return 500;
}

} // namespace sluice
