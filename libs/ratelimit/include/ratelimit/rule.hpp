#pragma once

#include "base/json.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::ratelimit {

/// More would be a mistake in the rule, or an attack in a structured field.
inline constexpr std::size_t kMaxWindows = 16;

/// How a vendor writes a moment or a wait.
enum class Unit {
    delta_s,  ///< Seconds from now.
    delta_ms, ///< Milliseconds from now.
    epoch_s,  ///< Seconds since 1970, on the vendor's clock.
    epoch_ms,
    duration,  ///< As Go prints it: `6m0s`, `2m59.56s`, `20ms`.
    iso,       ///< RFC 3339.
    httpdate,  ///< RFC 9110 section 5.6.7, and what JavaScript's `Date.toString()` prints.
    automatic, ///< `auto`: a number by its size, else the first of duration, iso, httpdate that fits.
};

/// A place in a JSON text, written `$.a.b[0].c`: member names and array indexes from the root down.
using BodyPath = std::vector<std::variant<std::string, std::size_t>>;

/// Where a value stands in an answer: in a header, or in the body if `header` is empty.
struct Source {
    std::string header; ///< Lower-case.
    BodyPath path;
    std::string after; ///< If set, the value is only the word that follows this text (`Retry after <time>`).
};

struct TimeSource {
    Source source;
    Unit unit = Unit::automatic;
};

/// A number that the vendor sends (`source`) or only documents (`constant`).
struct Quantity {
    Source source;
    std::optional<std::int64_t> constant;
};

/// One quota that a vendor counts, and where an answer tells its state. What is not set is not sent.
struct WindowRule {
    std::string name;
    std::string unit = "requests"; ///< Others (`tokens`) only count once they are used up.
    std::optional<Quantity> limit;
    std::optional<Source> remaining;
    std::optional<Source> used;
    std::optional<Source> ratio; ///< `used/limit`, perhaps behind `name=`.
    std::optional<TimeSource> reset;
    std::optional<std::chrono::microseconds> length; ///< `window_s`: within it the quota is surely whole again.
    std::optional<TimeSource> length_source;         ///< `window_s` where the vendor sends it.
    std::optional<double> drain_s;                   ///< Leaky bucket: seconds in which a full one empties.
    std::optional<Quantity> restore_per_s;           ///< Leaky bucket: what comes back in a second.
};

/// One way to recognise a throttled answer: everything that is set has to hold.
struct Condition {
    std::vector<int> statuses;             ///< Empty: any.
    std::optional<std::int64_t> remaining; ///< Some window has no more left than this.
    std::optional<Source> value;           ///< Is there …
    std::vector<std::string> equals;       ///< … and is one of these, if there are any.
};

/// How one vendor tells its limits: the `rate_limit` block of an integration definition, compiled.
/// Immutable once parsed, so that all threads may share it.
class Rule {
public:
    /// Failures name the path inside the block (`windows[0].reset.unit`), prefixed by `path`. All are told at once.
    [[nodiscard]] static Result<Rule> parse(json::value const& block, std::string_view path = "rate_limit");

    std::vector<WindowRule> windows;
    std::vector<Condition> throttled_when; ///< Besides status 429: any of them.
    std::optional<TimeSource> retry_after; ///< Tried before the `retry-after` header.
    std::optional<std::int64_t> default_retry_s;
    /// Where a limit is known, give a reset too, if need be the window's length:
    /// draft-ietf-httpapi-ratelimit-headers-06
    /// ("RateLimit-Limit") wants both or neither.
    bool strict = false;
};

} // namespace sluice::ratelimit
