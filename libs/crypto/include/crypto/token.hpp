#pragma once

#include "base/secret.hpp"
#include "crypto/keyring.hpp"
#include "crypto/mac.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace sluice::crypto {

enum class TokenKind { api, mcp, link, account, state };

/// `slx_api_` and its like, so that secret scanners recognise our tokens.
[[nodiscard]] std::string_view prefix_of(TokenKind kind) noexcept;

/// Prefix, 256 random bits in base62 (43 characters), CRC-32 of all before it in base62 (6 characters).
[[nodiscard]] Secret mint_token(TokenKind kind);
/// Whether `text` has the form and check sum of such a token. Costs no query; says nothing about whether it exists.
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
