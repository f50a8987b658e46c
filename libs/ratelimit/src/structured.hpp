#pragma once

#include "values.hpp"

#include <span>
#include <vector>

/// The structured forms of draft-ietf-httpapi-ratelimit-headers. A field with a mistake counts as absent (RFC 9651
/// section 4.2).
namespace sluice::ratelimit {

/// A member of `RateLimit` (r, t) or `RateLimit-Policy` (q, qu, w) since draft -08: `"burst";r=12;t=4`.
struct PolicyItem {
    std::string_view name;
    std::string_view quota_unit = "requests";
    std::optional<Decimal> quota;
    std::optional<Decimal> remaining;
    std::optional<Decimal> reset_s;
    std::optional<Decimal> window_s;
};

/// All lines of one list field; members beyond `kMaxWindows` are left out.
[[nodiscard]] std::optional<std::vector<PolicyItem>> parse_items(std::span<std::string_view const> lines);

/// `limit=100, remaining=50, reset=5` (draft -07).
struct Combined {
    std::optional<Decimal> limit;
    std::optional<Decimal> remaining;
    std::optional<Decimal> reset_s;
};
[[nodiscard]] std::optional<Combined> parse_combined(std::string_view line);

} // namespace sluice::ratelimit
