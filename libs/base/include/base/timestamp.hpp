#pragma once

#include "base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

using Timestamp = Clock::time_point;

/// `2026-11-20T12:00:00Z` (RFC 3339, UTC). Milliseconds are written if they are not zero.
[[nodiscard]] std::string to_rfc3339(Timestamp time);

/// Reads RFC 3339 (any offset, up to nine fractional digits, `T` or a blank between date and time) and the form
/// `2024-09-01 10:00:00`, taken as UTC. Years 1970 to 2261.
[[nodiscard]] std::optional<Timestamp> parse_timestamp(std::string_view text);

} // namespace sluice
