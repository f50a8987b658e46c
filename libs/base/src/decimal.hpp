#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

/// The shortest decimal that reads as `number`, without an exponent. `number` is finite.
std::string_view decimal_of(double number, std::array<char, 400>& room);

/// A decimal as its digits, without zeros at either end, and the power of ten of the last.
struct Digits {
    std::string digits;
    std::int64_t exponent = 0;

    /// Of a number as JSON has it.
    explicit Digits(std::string_view number);
    bool operator==(Digits const&) const = default;
};

} // namespace sluice
