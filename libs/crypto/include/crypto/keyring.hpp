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

/// The master keys of a deployment. One is active; older ones stay to open what they sealed. The master keys
/// themselves only wrap data keys; hashes and cursors use keys derived from them (HKDF, RFC 5869), one per purpose.
/// Reading is thread-safe, also while `replace` runs, and takes no lock.
///
/// Beside them there is one key that is never rotated: under it tokens carry a MAC, so that one that was made up is
/// known without a query. A file of before has none; then it is derived from the key with the lowest id, and
/// `serialise` writes it down.
///
/// File form: `{"active":1,"keys":[{"id":1,"key":"<base64 of 32 bytes>"}],"token_key":"<base64 of 32 bytes>"}`.
class Keyring {
public:
    Keyring(Keyring&&) noexcept;
    Keyring& operator=(Keyring&&) noexcept;
    ~Keyring();

    /// A keyring with one random key, id 1.
    [[nodiscard]] static Keyring generate();
    /// Every mistake is reported, none shows a key.
    [[nodiscard]] static Result<Keyring> parse(std::string_view file_text);
    /// The file form. Secret.
    [[nodiscard]] Secret serialise() const;

    [[nodiscard]] std::uint32_t active() const noexcept;
    [[nodiscard]] std::vector<std::uint32_t> ids() const;
    [[nodiscard]] Key const* find(std::uint32_t id) const;
    /// The derived key for `purpose` under each master key, by id. Derived once, at parse. The reference stays valid.
    enum class Purpose { token_hash, cursor, key_check };
    [[nodiscard]] std::map<std::uint32_t, Key> const& derived(Purpose purpose) const;

    /// The key of the MAC at the end of tokens. The reference stays valid.
    [[nodiscard]] Key const& token_key() const;

    /// Adds a random key under the next id, not active yet. The id.
    std::uint32_t add();
    /// Errors: not_found if there is no such key.
    [[nodiscard]] Result<void> activate(std::uint32_t id);
    /// Goes on with the keys of a newer file. Errors: conflict if it lacks or changes a key of this one: what that key
    /// sealed could no longer be opened, or the tokens that are out would look made up.
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
