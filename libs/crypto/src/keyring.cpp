#include "crypto/keyring.hpp"

#include "base/json.hpp"
#include "crypto/mac.hpp"

#include <fmt/format.h>

#include <atomic>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

namespace sluice::crypto {
namespace {

constexpr std::pair<Keyring::Purpose, std::string_view> kPurposes[] = {
    {Keyring::Purpose::token_hash, "sluice token hash v1"},
    {Keyring::Purpose::cursor, "sluice cursor v1"},
    {Keyring::Purpose::key_check, "sluice key check v1"},
    {Keyring::Purpose::cookie, "sluice cookie v1"},
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

std::optional<Key> key_of(json::object const& entry, std::string_view member = "key")
{
    auto const* text = json::string_at(entry, member);
    auto const bytes = text != nullptr ? base64_decode(*text) : std::nullopt;
    if (!bytes || bytes->size() != Key::kSize)
        return std::nullopt;
    return Key{std::span<std::uint8_t const, Key::kSize>(bytes->data(), Key::kSize)};
}

} // namespace

struct Keyring::State {
    std::uint32_t active = 0;
    std::map<std::uint32_t, Key> masters;
    std::map<Purpose, std::map<std::uint32_t, Key>> derived;
    std::optional<Key> token_key;

    void derive()
    {
        if (!token_key)
            token_key = hkdf(masters.begin()->second, "sluice token mac v1");
        for (auto const& [purpose, label] : kPurposes)
            for (auto const& [id, master] : masters)
                derived[purpose].emplace(id, hkdf(master, label));
    }
};

/// Old states are kept until the end, since readers have references into them. There is one for each rotation.
struct Keyring::Shared {
    std::mutex mutex;
    std::vector<std::unique_ptr<State const>> all;
    std::atomic<State const*> current{nullptr};
};

Keyring::Keyring(State state)
    : shared_(std::make_unique<Shared>())
{
    set(std::move(state));
}

Keyring::Keyring(Keyring&&) noexcept = default;
Keyring& Keyring::operator=(Keyring&&) noexcept = default;
Keyring::~Keyring() = default;

Keyring::State const& Keyring::state() const noexcept
{
    return *shared_->current.load(std::memory_order_acquire);
}

void Keyring::set(State state)
{
    state.derive();
    std::lock_guard const lock(shared_->mutex);
    shared_->all.push_back(std::make_unique<State const>(std::move(state)));
    shared_->current.store(shared_->all.back().get(), std::memory_order_release);
}

Keyring Keyring::generate()
{
    State state;
    state.active = 1;
    state.masters.emplace(1, Key::random());
    return Keyring(std::move(state));
}

Result<Keyring> Keyring::parse(std::string_view file_text)
{
    auto const document = json::parse(file_text);
    if (!document)
        return invalid("keyring", "is not valid JSON");
    auto const* root = document->if_object();
    auto const* keys = root != nullptr ? json::array_at(*root, "keys") : nullptr;
    if (keys == nullptr)
        return invalid(
            "keyring",
            R"(must look like {"active":1,"keys":[{"id":1,"key":"<base64 of 32 bytes>"}],"token_key":"<base64 of 32 bytes>"})");

    State state;
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
        if (id && key && !state.masters.emplace(*id, *key).second)
            failures.push_back({path + ".id", "is used twice"});
    }
    auto const active = key_id_of(root->if_contains("active"));
    if (!active || !state.masters.contains(*active))
        failures.push_back({"keyring.active", "must be the id of one of the keys"});
    if (root->contains("token_key")) {
        state.token_key = key_of(*root, "token_key");
        if (!state.token_key)
            failures.push_back({"keyring.token_key", "must be the base64 of 32 bytes"});
    }
    if (!failures.empty())
        return Error{std::move(failures)};
    state.active = *active;
    return Keyring(std::move(state));
}

Secret Keyring::serialise() const
{
    json::array keys;
    for (auto const& [id, key] : state().masters)
        keys.push_back(json::object{{"id", id}, {"key", base64(key.reveal())}});
    json::object root;
    root["active"] = state().active;
    root["keys"] = std::move(keys);
    root["token_key"] = base64(token_key().reveal());
    return Secret{boost::json::serialize(root) + '\n'};
}

std::uint32_t Keyring::active() const noexcept
{
    return state().active;
}

std::vector<std::uint32_t> Keyring::ids() const
{
    std::vector<std::uint32_t> ids;
    for (auto const& [id, key] : state().masters)
        ids.push_back(id);
    return ids;
}

Key const* Keyring::find(std::uint32_t id) const
{
    auto const& masters = state().masters;
    auto const found = masters.find(id);
    return found == masters.end() ? nullptr : &found->second;
}

std::map<std::uint32_t, Key> const& Keyring::derived(Purpose purpose) const
{
    return state().derived.at(purpose);
}

Key const& Keyring::token_key() const
{
    return *state().token_key;
}

std::uint32_t Keyring::add()
{
    auto next = state();
    auto const id = next.masters.rbegin()->first + 1;
    next.masters.emplace(id, Key::random());
    next.derived.clear();
    set(std::move(next));
    return id;
}

Result<void> Keyring::activate(std::uint32_t id)
{
    if (find(id) == nullptr)
        return Error{ErrorCode::not_found, fmt::format("The keyring has no key {}.", id)};
    auto next = state();
    next.active = id;
    next.derived.clear();
    set(std::move(next));
    return {};
}

Result<void> Keyring::replace(Keyring newer)
{
    for (auto const& [id, key] : state().masters) {
        auto const* same = newer.find(id);
        if (same == nullptr || !equal_in_constant_time(same->reveal(), key.reveal()))
            return Error{ErrorCode::conflict, fmt::format("The new keyring {} key {}. Keys are only ever added.",
                                                          same == nullptr ? "lacks" : "changes", id)};
    }
    if (!equal_in_constant_time(newer.token_key().reveal(), token_key().reveal()))
        return Error{ErrorCode::conflict, "The new keyring changes the token_key, under which tokens were made."};
    auto next = newer.state();
    next.derived.clear();
    set(std::move(next));
    return {};
}

} // namespace sluice::crypto
