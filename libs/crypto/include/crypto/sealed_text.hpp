#pragma once

#include "base/timestamp.hpp"
#include "crypto/keyring.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::crypto {

// Texts that clients keep for Sluice, such as cursors and cookies. They can neither read nor change them, and every
// replica with the same keyring opens them.

/// Seals `payload` under the key derived for `purpose`, until `ends_at` (whole seconds). `binding` says what the text
/// belongs to. It is authenticated, but not stored. The result has the characters of base64url.
[[nodiscard]] std::string seal_text(Keyring const& keyring, Keyring::Purpose purpose, std::string_view binding,
                                    std::string_view payload, Timestamp ends_at);
/// Nothing if the text was not sealed with this keyring for this purpose and binding, or has ended.
[[nodiscard]] std::optional<std::string> open_text(Keyring const& keyring, Keyring::Purpose purpose,
                                                   std::string_view binding, std::string_view sealed, Timestamp now);

} // namespace sluice::crypto
