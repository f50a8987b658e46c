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
    delta_s,   ///< Seconds from now.
    delta_ms,  ///< Milliseconds from now.
    delta_min, ///< Minutes from now.
    epoch_s,   ///< Seconds since 1970, on the vendor's clock.
    epoch_ms,
    duration,  ///< As Go prints it: `6m0s`, `2m59.56s`, `20ms`.
    iso,       ///< RFC 3339.
    httpdate,  ///< RFC 9110 section 5.6.7, and what JavaScript's `Date.toString()` prints.
    automatic, ///< `auto`: a number by its size, else the first of duration, iso, httpdate that fits.
};

/// A step to every member of an object or every element of an array, written `*`.
struct Each {
    friend bool operator==(Each const&, Each const&) = default;
};

/// A place in a JSON text, written `$.a.b[0].c`: member names and array indexes from the root down. `$.*.a` and
/// `$[*].a` are many places. Of their values the largest number counts, or else the first value.
using BodyPath = std::vector<std::variant<std::string, std::size_t, Each>>;

/// The place of a value in an answer: a header, or in the body if `header` is empty. A header with a `path` has JSON as
/// its value.
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

/// One quota of a vendor, and the places in an answer that tell its state. The vendor does not send members that are
/// not set.
struct WindowRule {
    std::string name;
    std::string unit = "requests"; ///< Windows with other units (`tokens`) matter only when they are used up.
    std::optional<Quantity> limit;
    std::optional<Source> remaining;
    std::optional<Source> used;
    std::optional<Source> ratio; ///< `used/limit`, perhaps behind `name=`.
    std::optional<TimeSource> reset;
    std::optional<std::chrono::microseconds> length; ///< `window_s`: after this time the quota is surely full again.
    std::optional<TimeSource> length_source;         ///< `window_s` where the vendor sends it.
    std::optional<double> drain_s;                   ///< Leaky bucket: seconds in which a full one empties.
    std::optional<Quantity> restore_per_s;           ///< Leaky bucket: how much comes back in a second.
};

/// One way to recognise a throttled answer. Everything that is set must hold.
struct Condition {
    std::vector<int> statuses;             ///< Empty: any.
    std::optional<std::int64_t> remaining; ///< Some window has at most this much left.
    std::optional<Source> value;           ///< This value is present …
    std::vector<std::string> equals;       ///< … and is one of these, if any are given.
};

/// The compiled `rate_limit` block of a definition: how a vendor tells its limits. Immutable once parsed, so all
/// threads may share it.
class Rule {
public:
    /// Errors: invalid_argument with every mistake and its path in the block (`windows[0].reset.unit`), after `path`.
    [[nodiscard]] static Result<Rule> parse(json::value const& block, std::string_view path = "rate_limit");

    std::vector<WindowRule> windows;
    std::vector<Condition> throttled_when; ///< Any of these means throttled; so does the status 429.
    std::optional<TimeSource> retry_after; ///< Tried before the `retry-after` header.
    std::optional<std::int64_t> default_retry_s;
    /// If a limit is known, a reset is given too, if need be the window's length.
    /// draft-ietf-httpapi-ratelimit-headers-06 ("RateLimit-Limit") wants both or neither.
    bool strict = false;
};

} // namespace sluice::ratelimit
