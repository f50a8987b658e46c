#include "decimal.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace sluice {
namespace {

constexpr std::int64_t kFar = 1'000'000'000;

} // namespace

std::string_view decimal_of(double number, std::array<char, 400>& room)
{
    auto const chars = [](auto& to, double value, std::chars_format format) {
        return std::string_view(to.data(), std::to_chars(to.data(), to.data() + to.size(), value, format).ptr);
    };
    constexpr double kEveryInteger = 9007199254740992;
    if (number == 0)
        return "0"; // Also for -0.0.
    if (std::abs(number) < kEveryInteger)
        return chars(room, number, std::chars_format::fixed);
    // An integer. `fixed` writes the binary number exactly; the shortest digits followed by zeros are what was meant.
    std::array<char, 32> short_form{};
    auto const text = chars(short_form, number, std::chars_format::scientific);
    auto const mark = text.find('e');
    int zeros = 0;
    std::from_chars(text.data() + mark + 2, text.data() + text.size(), zeros); // The digits after `e+`.
    auto* to = room.data();
    bool is_fraction = false;
    for (char const c : text.substr(0, mark)) {
        zeros -= is_fraction ? 1 : 0;
        is_fraction = is_fraction || c == '.';
        if (c != '.')
            *to++ = c;
    }
    to = std::fill_n(to, zeros, '0');
    return {room.data(), to};
}

Digits::Digits(std::string_view number)
{
    auto const mark = std::min(number.find_first_of("eE"), number.size());
    auto power = number.substr(std::min(mark + 1, number.size()));
    if (power.starts_with('+'))
        power.remove_prefix(1);
    auto const [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
    if (error == std::errc::result_out_of_range)
        exponent = power.starts_with('-') ? -kFar : kFar;
    exponent = std::clamp(exponent, -kFar, kFar);
    bool is_fraction = false;
    for (char const c : number.substr(0, mark)) {
        if (c == '.')
            is_fraction = true;
        if (c < '0' || c > '9')
            continue;
        exponent -= is_fraction ? 1 : 0;
        if (c != '0' || !digits.empty())
            digits += c;
    }
    while (digits.ends_with('0')) {
        digits.pop_back();
        ++exponent;
    }
    if (digits.empty())
        exponent = 0;
}

} // namespace sluice
