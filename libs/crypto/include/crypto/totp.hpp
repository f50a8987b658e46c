#pragma once

#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::crypto {

// One-time codes of a second factor (RFC 6238): HMAC-SHA-1, 6 digits, steps of 30 seconds, as every authenticator app
// makes them. Pure and thread-safe.

inline constexpr std::chrono::seconds kTotpStep{30};
inline constexpr std::size_t kTotpDigits = 6;
/// In bytes: what RFC 4226 section 4 asks for.
inline constexpr std::size_t kTotpSecretSize = 20;

/// A new secret, in raw bytes.
[[nodiscard]] Secret new_totp_secret();
/// The time step of a time.
[[nodiscard]] std::int64_t totp_step(Clock::time_point at) noexcept;
/// The code of a step (RFC 4226 section 5.3).
[[nodiscard]] std::string totp_code(Secret const& secret, std::int64_t step);
/// The time step for which `code` is right, at `now` or one step before or after; nothing if it is wrong. The caller
/// takes only steps after the last one taken (RFC 6238 section 5.2). Compares in constant time.
[[nodiscard]] std::optional<std::int64_t> matching_totp_step(Secret const& secret, std::string_view code,
                                                             Clock::time_point now);

/// RFC 4648 section 6, without padding.
[[nodiscard]] std::string base32(ByteView bytes);
/// What an authenticator app reads from a QR code: `otpauth://totp/<issuer>:<account>?secret=…&issuer=…`.
[[nodiscard]] Secret totp_uri(Secret const& secret, std::string_view issuer, std::string_view account);

} // namespace sluice::crypto
