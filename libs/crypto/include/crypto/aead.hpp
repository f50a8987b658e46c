#pragma once

#include "base/encoding.hpp"
#include "base/secret.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace sluice::crypto {

/// 256 bits of key material, wiped on destruction.
class Key {
public:
    static constexpr std::size_t kSize = 32;

    /// All zero; assign before use.
    Key() = default;
    explicit Key(std::span<std::uint8_t const, kSize> bytes);
    Key(Key const&) = default;
    Key& operator=(Key const&) = default;
    ~Key();

    [[nodiscard]] static Key random();
    [[nodiscard]] ByteView reveal() const noexcept { return bytes_; }

private:
    std::array<std::uint8_t, kSize> bytes_{};
};

/// AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce: nonce ‖ ciphertext ‖ tag. One key may seal at most 2^32
/// messages before the chance of a repeated nonce matters.
[[nodiscard]] Bytes seal(Key const& key, std::string_view plaintext, std::string_view associated_data);
/// Nothing if the key, the associated data or a single bit is wrong.
[[nodiscard]] std::optional<Secret> open(Key const& key, ByteView sealed, std::string_view associated_data);

} // namespace sluice::crypto
