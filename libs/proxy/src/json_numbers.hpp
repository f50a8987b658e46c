#pragma once

#include <string>
#include <string_view>

namespace sluice::proxy {

/// The text with each number replaced by a 0 and blanks. The parser refuses numbers that fit no machine type, but JSON
/// allows them.
[[nodiscard]] std::string without_numbers(std::string_view text);

} // namespace sluice::proxy
