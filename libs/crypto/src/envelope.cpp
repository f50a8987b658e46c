#include "crypto/envelope.hpp"

#include "crypto/mac.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::crypto {
namespace {

std::string text_of(DataKey::Owner const& owner)
{
    return std::visit([](auto const& id) { return id.str(); }, owner);
}

std::string wrap_context(DataKey::Owner const& owner, std::uint32_t version)
{
    return fmt::format("sluice data key|{}|{}", text_of(owner), version);
}

} // namespace

DataKey::DataKey(Owner owner, std::uint32_t version, Key const& key)
    : owner_(owner)
    , version_(version)
    , key_(key)
    , value_prefix_(fmt::format("sluice value|{}|{}|", text_of(owner), version))
{
}

DataKey DataKey::generate(Owner owner, std::uint32_t version)
{
    return {owner, version, Key::random()};
}

Bytes DataKey::seal(std::string_view place, std::string_view plaintext) const
{
    return crypto::seal(key_, plaintext, value_prefix_ + std::string(place));
}

Result<Secret> DataKey::open(std::string_view place, ByteView sealed) const
{
    auto opened = crypto::open(key_, sealed, value_prefix_ + std::string(place));
    if (!opened)
        return Error{ErrorCode::internal, "A stored credential could not be read.",
                     fmt::format("sealed value at {} of {} does not open", place, text_of(owner_))};
    return *std::move(opened);
}

Bytes DataKey::wrap(Keyring const& keyring) const
{
    return crypto::seal(*keyring.find(keyring.active()), sluice::text_of(key_.reveal()),
                        wrap_context(owner_, version_));
}

Result<DataKey> DataKey::unwrap(Keyring const& keyring, std::uint32_t master_key_id, Owner owner, std::uint32_t version,
                                ByteView wrapped)
{
    auto const* master = keyring.find(master_key_id);
    if (master == nullptr)
        return Error{
            ErrorCode::internal, "A stored credential could not be read.",
            fmt::format("the keyring has no key {}, which wraps the data key of {}", master_key_id, text_of(owner))};
    auto const opened = crypto::open(*master, wrapped, wrap_context(owner, version));
    if (!opened || opened->reveal().size() != Key::kSize)
        return Error{ErrorCode::internal, "A stored credential could not be read.",
                     fmt::format("the data key of {} does not open with key {}", text_of(owner), master_key_id)};
    auto const bytes = bytes_of(opened->reveal());
    return DataKey{owner, version, Key{bytes.first<Key::kSize>()}};
}

std::string key_check(Keyring const& keyring, std::uint32_t id)
{
    return hex(hmac_sha256(keyring.derived(Keyring::Purpose::key_check).at(id), "sluice"));
}

std::string token_key_check(Keyring const& keyring)
{
    return hex(hmac_sha256(keyring.token_key(), "sluice token key check"));
}

} // namespace sluice::crypto
