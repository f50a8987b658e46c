#pragma once

#include "base/id.hpp"
#include "base/result.hpp"
#include "crypto/keyring.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace sluice::crypto {

/// A key that seals the secrets of one environment, or of one team. The database has it wrapped by a master key. If its
/// row is deleted, nothing that it sealed can be read again.
class DataKey {
public:
    /// Whose secrets it seals. The text form of an id names its kind, so an environment and a team of the same UUID
    /// have nothing in common.
    using Owner = std::variant<EnvironmentId, TeamId>;

    DataKey() = default;
    DataKey(Owner owner, std::uint32_t version, Key const& key);
    [[nodiscard]] static DataKey generate(Owner owner, std::uint32_t version);

    [[nodiscard]] Owner const& owner() const noexcept { return owner_; }
    [[nodiscard]] std::uint32_t version() const noexcept { return version_; }

    /// Seals `plaintext` for one place, which names table, row and column (`integrated_account:<id>:context`). Place,
    /// owner and key version are the associated data, so a value that was copied to another place does not open.
    [[nodiscard]] Bytes seal(std::string_view place, std::string_view plaintext) const;
    /// Errors: internal if the value was sealed for another place or key, or is damaged.
    [[nodiscard]] Result<Secret> open(std::string_view place, ByteView sealed) const;

    [[nodiscard]] Bytes wrap(Keyring const& keyring) const;
    /// Errors: internal if the keyring lacks the master key `master_key_id`, or the bytes are not this data key.
    [[nodiscard]] static Result<DataKey> unwrap(Keyring const& keyring, std::uint32_t master_key_id, Owner owner,
                                                std::uint32_t version, ByteView wrapped);

private:
    Owner owner_;
    std::uint32_t version_ = 0;
    Key key_;
    std::string value_prefix_; ///< The beginning of the associated data of every value.
};

/// A value that only a holder of the master key `id` can compute. It is stored at the first start and compared at each
/// later one, so that a wrong key is noticed before it does harm.
[[nodiscard]] std::string key_check(Keyring const& keyring, std::uint32_t id);
/// As `key_check`, for the token key.
[[nodiscard]] std::string token_key_check(Keyring const& keyring);

} // namespace sluice::crypto
