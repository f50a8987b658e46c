#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

/// The forms in which vendors write numbers and waits. Each function reads foreign bytes. It gives nothing, or a value
/// so small that sums in this library cannot overflow.
namespace sluice::ratelimit {

using Wait = std::chrono::microseconds;
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

/// A reset further away than this is a number in another unit, or nonsense.
inline constexpr Wait kMaxWait = std::chrono::days{366};

/// More than any quota of a vendor, and as epoch milliseconds after the year 2100.
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

/// Removes a number from the front. Digits after the sixth of a fraction are dropped.
[[nodiscard]] std::optional<Decimal> take_decimal(std::string_view& text);
/// Reads a text that is one number and nothing more.
[[nodiscard]] std::optional<Decimal> parse_decimal(std::string_view text);
/// The first number of a list or of a field with parameters: `100, 100;w=10`, `110;w=10`, `20.00`.
[[nodiscard]] std::optional<Decimal> first_decimal(std::string_view text);
[[nodiscard]] std::optional<Decimal> to_decimal(double number);

struct Ratio {
    Decimal used;
    Decimal limit;
};
/// Reads `10/40` or `api-usage=18/5000`. The text after a comma or semicolon is another counter.
[[nodiscard]] std::optional<Ratio> parse_ratio(std::string_view text);

/// Go's time.Duration.String(), without a sign: `1h2m3.5s`, `20ms`; `d` too, which some vendors add.
[[nodiscard]] std::optional<Wait> parse_duration(std::string_view text);

/// Seconds as a wait, rounded up; nothing if negative or above `kMaxWait`.
[[nodiscard]] std::optional<Wait> to_wait(double seconds);

} // namespace sluice::ratelimit
