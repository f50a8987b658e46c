#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// The text in UTF-8, from a charset that iconv(3) knows, by any of its names; nothing if it does not know it. What is
/// no character there becomes U+FFFD.
[[nodiscard]] std::optional<std::string> from_charset(std::string_view text, std::string_view charset);

} // namespace sluice
