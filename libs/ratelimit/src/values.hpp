#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

/// The small grammars vendors write numbers and waits in. Each reader takes foreign bytes and gives a value in a range
/// in which the sums of this library cannot overflow, or nothing.
namespace sluice::ratelimit {

using Wait = std::chrono::microseconds;
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

/// Nobody means a reset that is further away; such a number is in another unit, or nonsense.
inline constexpr Wait kMaxWait = std::chrono::days{366};

/// Beyond any quota a vendor counts down, and as epoch milliseconds beyond the year 2100.
inline constexpr std::int64_t kMaxWhole = 5'000'000'000'000;

/// A decimal number (`20.00`, `0.787`) in millionths: exact, where a double would let `used + remaining` round up to
/// one too many.
struct Decimal {
    static constexpr std::int64_t kScale = 1'000'000;

    std::int64_t millionths = 0;

    [[nodiscard]] static constexpr Decimal of(std::int64_t whole) { return {whole * kScale}; }
    [[nodiscard]] constexpr std::int64_t floor() const
    {
        return millionths / kScale - (millionths % kScale < 0 ? 1 : 0);
    }
    [[nodiscard]] constexpr std::int64_t ceil() const
    {
        return millionths / kScale + (millionths % kScale > 0 ? 1 : 0);
    }
    [[nodiscard]] constexpr double real() const { return static_cast<double>(millionths) / kScale; }

    friend constexpr auto operator<=>(Decimal const&, Decimal const&) = default;
};

[[nodiscard]] std::string_view trim(std::string_view text);

/// Takes a number off the front; digits past the sixth of a fraction are dropped.
[[nodiscard]] std::optional<Decimal> take_decimal(std::string_view& text);
/// `text` is one number and nothing else.
[[nodiscard]] std::optional<Decimal> parse_decimal(std::string_view text);
/// The first number of a list or of a field with parameters: `100, 100;w=10`, `110;w=10`, `20.00`.
[[nodiscard]] std::optional<Decimal> first_decimal(std::string_view text);
[[nodiscard]] std::optional<Decimal> to_decimal(double number);

struct Ratio {
    Decimal used;
    Decimal limit;
};
/// `10/40`, `api-usage=18/5000`; what follows a comma or semicolon is another counter.
[[nodiscard]] std::optional<Ratio> parse_ratio(std::string_view text);

/// Go's time.Duration.String(), without a sign: `1h2m3.5s`, `20ms`; `d` too, which some vendors add.
[[nodiscard]] std::optional<Wait> parse_duration(std::string_view text);

/// The time a real number of seconds takes, rounded up; nothing if it is negative or beyond `kMaxWait`.
[[nodiscard]] std::optional<Wait> to_wait(double seconds);

} // namespace sluice::ratelimit
