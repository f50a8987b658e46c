#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// Converts a text to UTF-8 from a charset that iconv(3) knows by that name. Bytes that are no character become U+FFFD.
/// Nothing if iconv does not know the charset, or if the result would be longer than `most` bytes.
[[nodiscard]] std::optional<std::string> from_charset(std::string_view text, std::string_view charset,
                                                      std::size_t most);

} // namespace sluice
