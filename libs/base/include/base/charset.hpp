#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// The text in UTF-8, from a charset that iconv(3) knows, by any of its names; nothing if it does not know it, or if it
/// would be more than `most` bytes. What is no character there becomes U+FFFD.
[[nodiscard]] std::optional<std::string> from_charset(std::string_view text, std::string_view charset,
                                                      std::size_t most);

} // namespace sluice
