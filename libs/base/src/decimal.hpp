#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// The shortest decimal, without an exponent, that reads back as `number`. `number` must be finite.
std::string_view decimal_of(double number, std::array<char, 400>& room);

/// The digits of a decimal, without zeros at either end, and the power of ten of the last digit.
struct Digits {
    std::string digits;
    std::int64_t exponent = 0;

    /// Reads a number as JSON writes it.
    explicit Digits(std::string_view number);
    bool operator==(Digits const&) const = default;
};

} // namespace sluice
