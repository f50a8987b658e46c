#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::identity {

/// The signatures that are taken (RFC 7518 section 3.1). All are made with a private key. `none` and those with a
/// shared secret (HMAC) are not in the list, so no token can choose them (RFC 8725 sections 3.1 and 3.2).
enum class SigningAlgorithm : std::uint8_t { rs256, ps256, es256 };

/// The name in a token's header, such as `RS256`.
[[nodiscard]] std::string_view name_of(SigningAlgorithm algorithm) noexcept;
/// Nothing if it is none of the list. Case counts.
[[nodiscard]] std::optional<SigningAlgorithm> signing_algorithm(std::string_view name) noexcept;

/// What is used of a token's header. Keys that it brings or points to (`jwk`, `jku`, `x5c`, `x5u`) are not read:
/// whoever forges a token also writes its header.
struct TokenHeader {
    SigningAlgorithm algorithm = SigningAlgorithm::rs256;
    std::optional<std::string> key_id;
};

/// The longest ID token that is read: bytes. A person in hundreds of groups has some ten thousand.
inline constexpr std::size_t kLongestIdToken = 32 * 1024;

/// Reads the header of a JWS in the compact form (RFC 7515 section 7.1). Errors: unauthenticated with the broken rule:
/// not three parts of base64url, a member twice, an algorithm that is not in the list, `crit` (nothing critical is
/// understood here), or a `typ` or `cty` of something else than an ID token.
[[nodiscard]] Result<TokenHeader> read_token_header(std::string_view token);

/// The public keys of a provider (JWK Set, RFC 7517). Immutable, and so thread-safe.
class SigningKeys {
public:
    /// The most keys in a set, and its largest text in bytes. Providers have two or three keys, Microsoft some ten.
    static constexpr std::size_t kMost = 100;
    static constexpr std::size_t kLargest = 256 * 1024;

    /// Keys that cannot have signed an ID token are left out (RFC 7517 section 5): of another type or curve, for
    /// another use (`use`, `key_ops`), with an algorithm that is not in the list, RSA under 2048 or over 8192 bits, a
    /// point that is not on the curve, and those whose private part was published. Errors: upstream_failed if the text
    /// is no such set or too large.
    [[nodiscard]] static Result<SigningKeys> parse(std::string_view text);

    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
    /// Whether a token with this header could be verified. If not, the provider may have new keys.
    [[nodiscard]] bool has_key_for(TokenHeader const& header) const { return find(header) != nullptr; }

    /// The payload of a token whose signature is right. The key must fit the algorithm by its type, and by `alg` if it
    /// has one. Errors: unauthenticated.
    [[nodiscard]] Result<std::string> verify(std::string_view token) const;

private:
    struct Key;
    /// The only key that can have signed such a token; null if there is none, or if several could.
    [[nodiscard]] Key const* find(TokenHeader const& header) const;

    std::vector<std::shared_ptr<Key const>> keys_;
};

} // namespace sluice::identity
