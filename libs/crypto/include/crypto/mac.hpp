#pragma once

#include "base/encoding.hpp"
#include "crypto/aead.hpp"

#include <array>
#include <string_view>

namespace sluice::crypto {

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Digest sha256(std::string_view text);
/// HMAC-SHA-256 (RFC 2104).
[[nodiscard]] Digest hmac_sha256(Key const& key, std::string_view text);
/// As above, with a key of any length, such as a webhook's secret.
[[nodiscard]] Digest hmac_sha256(ByteView key, std::string_view text);
/// HKDF-SHA-256 (RFC 5869) without salt.
[[nodiscard]] Key hkdf(Key const& key, std::string_view info);
/// Compares. The time does not depend on where the first difference is.
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b) noexcept;

} // namespace sluice::crypto
