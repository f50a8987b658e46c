#pragma once

#include "base/result.hpp"
#include "crypto/aead.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::crypto {

/// The master keys of a deployment. One is active; older ones stay, to open what they sealed. The master keys
/// themselves only wrap data keys. Hashes and cursors use keys derived from them (HKDF, RFC 5869), one for each
/// purpose. Reading is thread-safe, also while `replace` runs, and takes no lock.
///
/// The token key is never rotated. Tokens have a MAC under it, so that an invented token is recognised without a query.
/// An old keyring file has no token key; then it is derived from the master key with the lowest id, and `serialise`
/// writes it into the file.
///
/// File form: `{"active":1,"keys":[{"id":1,"key":"<base64 of 32 bytes>"}],"token_key":"<base64 of 32 bytes>"}`.
class Keyring {
public:
    Keyring(Keyring&&) noexcept;
    Keyring& operator=(Keyring&&) noexcept;
    ~Keyring();

    /// A keyring with one random key, id 1.
    [[nodiscard]] static Keyring generate();
    /// Errors: invalid_argument with every mistake. No text contains a key.
    [[nodiscard]] static Result<Keyring> parse(std::string_view file_text);
    /// The text of the keyring file.
    [[nodiscard]] Secret serialise() const;

    [[nodiscard]] std::uint32_t active() const noexcept;
    [[nodiscard]] std::vector<std::uint32_t> ids() const;
    [[nodiscard]] Key const* find(std::uint32_t id) const;
    /// The key that is derived for `purpose` from each master key, by id. They are derived once. The reference stays
    /// valid.
    enum class Purpose { token_hash, cursor, key_check, cookie };
    [[nodiscard]] std::map<std::uint32_t, Key> const& derived(Purpose purpose) const;

    /// The token key. The reference stays valid.
    [[nodiscard]] Key const& token_key() const;

    /// Adds a random key, which is not active yet. Gives its id, the next one.
    std::uint32_t add();
    /// Errors: not_found if there is no such key.
    [[nodiscard]] Result<void> activate(std::uint32_t id);
    /// Takes the keys of a newer file. Errors: conflict if that file lacks or changes a key: what the key sealed could
    /// not be opened any more, or existing tokens would look invented.
    [[nodiscard]] Result<void> replace(Keyring newer);

private:
    struct State;
    struct Shared;
    explicit Keyring(State state);
    [[nodiscard]] State const& state() const noexcept;
    void set(State state);

    std::unique_ptr<Shared> shared_;
};

} // namespace sluice::crypto
