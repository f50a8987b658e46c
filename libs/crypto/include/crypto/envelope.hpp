#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "crypto/keyring.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::crypto {

/// The key that seals what one environment stores. It lies in the database wrapped by a master key; dropping the row
/// makes everything it sealed unreadable.
class DataKey {
public:
    DataKey() = default;
    DataKey(EnvironmentId environment, std::uint32_t version, Key key);
    [[nodiscard]] static DataKey generate(EnvironmentId environment, std::uint32_t version);

    [[nodiscard]] EnvironmentId environment() const noexcept { return environment_; }
    [[nodiscard]] std::uint32_t version() const noexcept { return version_; }

    /// Seals `plaintext` for one place: `place` names table, row and column (`integrated_account:<id>:context`). With
    /// the environment and the key version it is the associated data, so a value copied elsewhere does not open.
    [[nodiscard]] Bytes seal(std::string_view place, std::string_view plaintext) const;
    /// Errors: internal, if the value was sealed for another place or key, or was damaged.
    [[nodiscard]] Result<Secret> open(std::string_view place, ByteView sealed) const;

    [[nodiscard]] Bytes wrap(Keyring const& keyring) const;
    /// Errors: internal, if the keyring has not the master key `master_key_id`, or the bytes are not this key's.
    [[nodiscard]] static Result<DataKey> unwrap(Keyring const& keyring, std::uint32_t master_key_id,
                                                EnvironmentId environment, std::uint32_t version, ByteView wrapped);

private:
    EnvironmentId environment_;
    std::uint32_t version_ = 0;
    Key key_;
    std::string value_prefix_; ///< What the associated data of every value starts with.
};

/// A value only the holder of master key `id` can compute; stored at first start, compared at each later one, so that
/// a wrong key is noticed before it does harm.
[[nodiscard]] std::string key_check(Keyring const& keyring, std::uint32_t id);
/// The same for the key of tokens.
[[nodiscard]] std::string token_key_check(Keyring const& keyring);

} // namespace sluice::crypto
