#pragma once

#include "base/secret.hpp"
#include "crypto/keyring.hpp"
#include "crypto/mac.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace sluice::crypto {

enum class TokenKind { api, mcp, link, account, state };

/// `slx_api_` and its like, so that secret scanners recognise our tokens.
[[nodiscard]] std::string_view prefix_of(TokenKind kind) noexcept;

/// Prefix, 256 random bits in base62 (43 characters), CRC-32 of all before it in base62 (6 characters), and 8
/// characters of a MAC of all before them under the keyring's token key: who has not the key cannot make one up.
[[nodiscard]] Secret mint_token(Keyring const& keyring, TokenKind kind);

/// No token is longer, of whatever kind.
inline constexpr std::size_t kLongestToken = 128;

/// What can be told of a text without a query. None says whether the token exists.
enum class TokenForm {
    malformed, ///< Not a token of this kind, mistyped, or made up.
    unkeyed,   ///< Of the form that tokens had before they had a MAC, so it may be made up.
    keyed,     ///< Minted here.
};
[[nodiscard]] TokenForm form_of(Keyring const& keyring, TokenKind kind, std::string_view text);
/// Whether `text` has the form and check sum of a token, with or without a MAC, which is not looked at: for what is
/// then looked up in memory.
[[nodiscard]] bool is_well_formed(TokenKind kind, std::string_view text) noexcept;

/// What is stored of a token: HMAC-SHA-256 under a key of the keyring, and that key's id.
struct TokenHash {
    std::uint32_t key_id = 0;
    Digest digest{};

    friend bool operator==(TokenHash const&, TokenHash const&) = default;
};

/// The hash under the active key: what new rows store and caches are keyed by.
[[nodiscard]] TokenHash hash_token(Keyring const& keyring, std::string_view token);
/// The hashes a stored token may have, the active key's first.
[[nodiscard]] std::vector<TokenHash> candidate_hashes(Keyring const& keyring, std::string_view token);

} // namespace sluice::crypto
