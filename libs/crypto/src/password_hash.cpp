#include "crypto/password_hash.hpp"

#include "base/random.hpp"

#include <argon2.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <new>
#include <optional>
#include <stdexcept>

namespace sluice::crypto {
namespace {

constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHashSize = 32;
constexpr std::uint32_t kMostTimesOurs = 4; ///< What another's parameters may cost.

/// Takes `name` and a number from the front of `text`.
std::optional<std::uint32_t> take(std::string_view& text, std::string_view name)
{
    if (!text.starts_with(name))
        return std::nullopt;
    text.remove_prefix(name.size());
    std::uint32_t number = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{})
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

std::optional<HashCost> cost_of(std::string_view encoded)
{
    if (take(encoded, "$argon2id$v=") != ARGON2_VERSION_13)
        return std::nullopt;
    auto const memory = take(encoded, "$m=");
    auto const passes = take(encoded, ",t=");
    auto const lanes = take(encoded, ",p=");
    if (!memory || !passes || !lanes || !encoded.starts_with('$'))
        return std::nullopt;
    return HashCost{*memory, *passes, *lanes};
}

} // namespace

std::string hash_password(Secret const& password, HashCost const& cost)
{
    std::array<std::uint8_t, kSaltSize> salt{};
    random_bytes(salt);
    std::array<char, 256> encoded{};
    auto const done = ::argon2id_hash_encoded(cost.passes, cost.memory_kib, cost.lanes, password.reveal().data(),
                                              password.reveal().size(), salt.data(), salt.size(), kHashSize,
                                              encoded.data(), encoded.size());
    if (done == ARGON2_MEMORY_ALLOCATION_ERROR)
        throw std::bad_alloc();
    if (done != ARGON2_OK)
        throw std::runtime_error(fmt::format("argon2: {}", ::argon2_error_message(done)));
    return encoded.data();
}

bool verify_password(std::string const& encoded, Secret const& password)
{
    constexpr HashCost kOurs;
    auto const cost = cost_of(encoded);
    if (!cost || cost->memory_kib > kOurs.memory_kib * kMostTimesOurs || cost->passes > kOurs.passes * kMostTimesOurs ||
        cost->lanes > kOurs.lanes * kMostTimesOurs)
        return false;
    // libargon2 compares in constant time.
    auto const done = ::argon2id_verify(encoded.c_str(), password.reveal().data(), password.reveal().size());
    if (done == ARGON2_MEMORY_ALLOCATION_ERROR)
        throw std::bad_alloc();
    return done == ARGON2_OK;
}

bool needs_rehash(std::string_view encoded, HashCost const& cost)
{
    return cost_of(encoded) != cost;
}

} // namespace sluice::crypto
