#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<std::uint8_t const>;

[[nodiscard]] inline ByteView bytes_of(std::string_view text)
{
    return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view text_of(ByteView bytes)
{
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

/// RFC 4648 section 4, with padding.
[[nodiscard]] std::string base64(ByteView bytes);
/// RFC 4648 section 5, without padding.
[[nodiscard]] std::string base64url(ByteView bytes);
/// Accepts padded or unpadded input of the standard alphabet; anything else is refused.
[[nodiscard]] std::optional<Bytes> base64_decode(std::string_view text);
[[nodiscard]] std::optional<Bytes> base64url_decode(std::string_view text);
[[nodiscard]] std::string hex(ByteView bytes);
/// Reads either case. Nothing unless the text is pairs of hexadecimal digits.
[[nodiscard]] std::optional<Bytes> hex_decode(std::string_view text);

/// Percent-encodes everything but the unreserved characters of RFC 3986 section 2.3, so that the result is exactly one
/// path segment, or one name or value of a query.
[[nodiscard]] std::string percent_encode(std::string_view text);
/// Nothing if an escape is broken. `plus_is_space` is for queries (application/x-www-form-urlencoded).
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

/// CRC-32 (ISO 3309), by which a mistyped token is recognised without a query.
[[nodiscard]] std::uint32_t crc32(std::string_view text) noexcept;

[[nodiscard]] constexpr char ascii_lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
[[nodiscard]] bool iequals(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] std::string to_lower(std::string_view text);

/// RFC 3629: no overlong forms, no surrogates.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;
/// Each maximal invalid sequence becomes U+FFFD.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);
/// The longest prefix of at most `bytes` bytes that does not cut a character.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t bytes) noexcept;

} // namespace sluice
