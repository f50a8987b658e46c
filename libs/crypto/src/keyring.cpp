#include "crypto/keyring.hpp"

#include "base/json.hpp"
#include "crypto/mac.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace sluice::crypto {
namespace {

constexpr std::pair<Keyring::Purpose, std::string_view> kPurposes[] = {
    {Keyring::Purpose::token_hash, "sluice token hash v1"},
    {Keyring::Purpose::cursor, "sluice cursor v1"},
    {Keyring::Purpose::key_check, "sluice key check v1"},
};

std::optional<std::uint32_t> key_id_of(json::value const* value)
{
    if (value == nullptr || !value->is_int64())
        return std::nullopt;
    auto const id = value->get_int64();
    if (id < 1 || id > std::numeric_limits<std::uint32_t>::max())
        return std::nullopt;
    return static_cast<std::uint32_t>(id);
}

std::optional<Key> key_of(json::object const& entry)
{
    auto const* text = json::string_at(entry, "key");
    auto const bytes = text != nullptr ? base64_decode(*text) : std::nullopt;
    if (!bytes || bytes->size() != Key::kSize)
        return std::nullopt;
    return Key{std::span<std::uint8_t const, Key::kSize>(bytes->data(), Key::kSize)};
}

} // namespace

Keyring Keyring::generate()
{
    Keyring keyring;
    keyring.active_ = 1;
    keyring.masters_.emplace(1, Key::random());
    keyring.derive();
    return keyring;
}

Result<Keyring> Keyring::parse(std::string_view file_text)
{
    auto const document = json::parse(file_text);
    if (!document)
        return invalid("keyring", "is not valid JSON");
    auto const* root = document->if_object();
    auto const* keys = root != nullptr ? json::array_at(*root, "keys") : nullptr;
    if (keys == nullptr)
        return invalid("keyring", R"(must look like {"active":1,"keys":[{"id":1,"key":"<base64 of 32 bytes>"}]})");

    Keyring keyring;
    std::vector<FieldFailure> failures;
    for (std::size_t i = 0; i < keys->size(); ++i) {
        auto const path = fmt::format("keyring.keys[{}]", i);
        auto const* entry = (*keys)[i].if_object();
        auto const id = entry != nullptr ? key_id_of(entry->if_contains("id")) : std::nullopt;
        auto const key = entry != nullptr ? key_of(*entry) : std::nullopt;
        if (!id)
            failures.push_back({path + ".id", "must be an integer from 1 to 4294967295"});
        if (!key)
            failures.push_back({path + ".key", "must be the base64 of 32 bytes"});
        if (id && key && !keyring.masters_.emplace(*id, *key).second)
            failures.push_back({path + ".id", "is used twice"});
    }
    auto const active = key_id_of(root->if_contains("active"));
    if (!active || !keyring.masters_.contains(*active))
        failures.push_back({"keyring.active", "must be the id of one of the keys"});
    if (!failures.empty())
        return Error{std::move(failures)};
    keyring.active_ = *active;
    keyring.derive();
    return keyring;
}

Secret Keyring::serialise() const
{
    json::array keys;
    for (auto const& [id, key] : masters_)
        keys.push_back(json::object{{"id", id}, {"key", base64(key.reveal())}});
    json::object root;
    root["active"] = active_;
    root["keys"] = std::move(keys);
    return Secret{boost::json::serialize(root) + '\n'};
}

Key const* Keyring::find(std::uint32_t id) const
{
    auto const found = masters_.find(id);
    return found == masters_.end() ? nullptr : &found->second;
}

std::map<std::uint32_t, Key> const& Keyring::derived(Purpose purpose) const
{
    return derived_.at(purpose);
}

void Keyring::derive()
{
    for (auto const& [purpose, label] : kPurposes)
        for (auto const& [id, master] : masters_)
            derived_[purpose].emplace(id, hkdf(master, label));
}

} // namespace sluice::crypto
