#include "crypto/envelope.hpp"

#include "crypto/mac.hpp"

#include <fmt/format.h>

#include <utility>

namespace sluice::crypto {
namespace {

std::string wrap_context(EnvironmentId environment, std::uint32_t version)
{
    return fmt::format("sluice data key|{}|{}", environment.str(), version);
}

} // namespace

DataKey::DataKey(EnvironmentId environment, std::uint32_t version, Key key)
    : environment_(environment)
    , version_(version)
    , key_(std::move(key))
    , value_prefix_(fmt::format("sluice value|{}|{}|", environment.str(), version))
{
}

DataKey DataKey::generate(EnvironmentId environment, std::uint32_t version)
{
    return {environment, version, Key::random()};
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
                     fmt::format("sealed value at {} of {} does not open", place, environment_.str())};
    return *std::move(opened);
}

Bytes DataKey::wrap(Keyring const& keyring) const
{
    return crypto::seal(*keyring.find(keyring.active()), text_of(key_.reveal()), wrap_context(environment_, version_));
}

Result<DataKey> DataKey::unwrap(Keyring const& keyring, std::uint32_t master_key_id, EnvironmentId environment,
                                std::uint32_t version, ByteView wrapped)
{
    auto const* master = keyring.find(master_key_id);
    if (master == nullptr)
        return Error{
            ErrorCode::internal, "A stored credential could not be read.",
            fmt::format("the keyring has no key {}, which wraps the data key of {}", master_key_id, environment.str())};
    auto const opened = crypto::open(*master, wrapped, wrap_context(environment, version));
    if (!opened || opened->reveal().size() != Key::kSize)
        return Error{ErrorCode::internal, "A stored credential could not be read.",
                     fmt::format("the data key of {} does not open with key {}", environment.str(), master_key_id)};
    auto const bytes = bytes_of(opened->reveal());
    return DataKey{environment, version, Key{bytes.first<Key::kSize>()}};
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
