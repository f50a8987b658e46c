#pragma once

#include "base/secret.hpp"
#include "crypto/keyring.hpp"
#include "crypto/mac.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sluice::crypto {

enum class TokenKind { api, mcp, link, account, state, session, invitation, reset, sign_in };

/// The prefix of a kind, such as `slx_api_`, by which secret scanners recognise the tokens.
[[nodiscard]] std::string_view prefix_of(TokenKind kind) noexcept;

/// A new token: the prefix, 256 random bits in base62 (43 characters), the CRC-32 of these in base62 (6 characters),
/// and 8 characters of a MAC of all that, under the keyring's token key. Without that key nobody can invent a valid
/// token.
[[nodiscard]] Secret mint_token(Keyring const& keyring, TokenKind kind);

/// Longer than any token of any kind.
inline constexpr std::size_t kLongestToken = 128;

/// What the form of a text tells without a query. No form says whether the token exists.
enum class TokenForm {
    malformed, ///< Not a token of this kind, mistyped, or invented.
    unkeyed,   ///< The old form, without a MAC. Such a token may be invented.
    keyed,     ///< The MAC is right: the token was made with this keyring.
};
[[nodiscard]] TokenForm form_of(Keyring const& keyring, TokenKind kind, std::string_view text);
/// Whether `text` has the form and check sum of a token. It may have a MAC, which is not checked. For a look-up in
/// memory.
[[nodiscard]] bool is_well_formed(TokenKind kind, std::string_view text) noexcept;

/// The stored form of a token: its HMAC-SHA-256 under a key of the keyring, and that key's id.
struct TokenHash {
    std::uint32_t key_id = 0;
    Digest digest{};

    friend bool operator==(TokenHash const&, TokenHash const&) = default;
};

/// The hash under the active key. New rows store it, and caches use it as their key.
[[nodiscard]] TokenHash hash_token(Keyring const& keyring, std::string_view token);
/// The hashes that a stored token may have, that of the active key first.
[[nodiscard]] std::vector<TokenHash> candidate_hashes(Keyring const& keyring, std::string_view token);

} // namespace sluice::crypto
