#pragma once

#include "values.hpp"

namespace sluice::ratelimit {

/// RFC 3339, to the year 2199: an instant in nanoseconds ends in 2262, and no reset lies that far away.
[[nodiscard]] std::optional<Instant> parse_iso(std::string_view text);

/// The three forms of RFC 9110 section 5.6.7 (`Fri, 20 Nov 2026 12:00:54 GMT`, `Friday, 20-Nov-26 12:00:54 GMT`,
/// `Fri Nov 20 12:00:54 2026`) and prose of the same words in any order, as JavaScript prints a date:
/// `Fri Nov 20 2026 13:00:02 GMT+0100 (Central European Standard Time)`. The weekday is not checked against the date.
[[nodiscard]] std::optional<Instant> parse_http_date(std::string_view text);

} // namespace sluice::ratelimit
