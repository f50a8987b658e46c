#pragma once

#include "base/result.hpp"
#include "crypto/aead.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace sluice::crypto {

/// The master keys of a deployment. One is active; older ones stay to open what they sealed. The master keys
/// themselves only wrap data keys; hashes and cursors use keys derived from them (HKDF, RFC 5869), one per purpose.
///
/// File form: `{"active":1,"keys":[{"id":1,"key":"<base64 of 32 bytes>"}]}`.
class Keyring {
public:
    /// A keyring with one random key, id 1.
    [[nodiscard]] static Keyring generate();
    /// Every mistake is reported, none shows a key.
    [[nodiscard]] static Result<Keyring> parse(std::string_view file_text);
    /// The file form. Secret.
    [[nodiscard]] Secret serialise() const;

    [[nodiscard]] std::uint32_t active() const noexcept { return active_; }
    [[nodiscard]] Key const* find(std::uint32_t id) const;
    /// The derived key for `purpose` under each master key, by id. Derived once, at parse.
    enum class Purpose { token_hash, cursor, key_check };
    [[nodiscard]] std::map<std::uint32_t, Key> const& derived(Purpose purpose) const;

private:
    void derive();

    std::uint32_t active_ = 0;
    std::map<std::uint32_t, Key> masters_;
    std::map<Purpose, std::map<std::uint32_t, Key>> derived_;
};

} // namespace sluice::crypto
