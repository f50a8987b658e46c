#include "base/id.hpp"

#include "base/random.hpp"

#include <algorithm>
#include <span>

namespace sluice {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kCrockford = "0123456789abcdefghjkmnpqrstvwxyz";

int digit_of(std::string_view alphabet, char c)
{
    auto const position = alphabet.find(c);
    return position == std::string_view::npos ? -1 : static_cast<int>(position);
}

std::uint64_t fnv1a(std::string_view text, std::uint64_t hash)
{
    for (char const c : text) {
        hash ^= static_cast<std::uint8_t>(c);
        hash *= 0x100000001b3ULL;
    }
    return hash;
}

void store_big_endian(std::uint64_t value, std::span<std::uint8_t> to)
{
    for (std::size_t i = to.size(); i-- > 0; value >>= 8)
        to[i] = static_cast<std::uint8_t>(value & 0xff);
}

void mark(Uuid& uuid, std::uint8_t version)
{
    uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0f) | (version << 4));
    uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3f) | 0x80);
}

} // namespace

Uuid uuid_v7(std::chrono::system_clock::time_point now)
{
    Uuid uuid;
    random_bytes(uuid);
    auto const milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    store_big_endian(static_cast<std::uint64_t>(milliseconds), std::span(uuid).first(6));
    mark(uuid, 7);
    return uuid;
}

Uuid first_id(std::chrono::system_clock::time_point at)
{
    Uuid uuid{};
    auto const milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
    store_big_endian(static_cast<std::uint64_t>(std::max<std::int64_t>(milliseconds, 0)), std::span(uuid).first(6));
    return uuid;
}

std::chrono::system_clock::time_point time_of(Uuid const& uuid)
{
    std::int64_t milliseconds = 0;
    for (std::size_t i = 0; i < 6; ++i)
        milliseconds = milliseconds * 256 + uuid[i];
    return std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds));
}

Uuid uuid_of_name(std::string_view name)
{
    Uuid uuid;
    store_big_endian(fnv1a(name, 0xcbf29ce484222325ULL), std::span(uuid).first(8));
    store_big_endian(fnv1a(name, 0x84222325cbf29ce4ULL), std::span(uuid).last(8));
    mark(uuid, 8);
    return uuid;
}

std::string to_hex(Uuid const& uuid)
{
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text += '-';
        text += kHex[uuid[i] >> 4];
        text += kHex[uuid[i] & 15];
    }
    return text;
}

std::optional<Uuid> uuid_from_hex(std::string_view text)
{
    if (text.size() != 36)
        return std::nullopt;
    Uuid uuid{};
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-')
                return std::nullopt;
            continue;
        }
        auto const digit = digit_of(kHex, text[i]);
        if (digit < 0)
            return std::nullopt;
        uuid[nibble / 2] = static_cast<std::uint8_t>((uuid[nibble / 2] << 4) | digit);
        ++nibble;
    }
    return uuid;
}

std::string to_base32(Uuid const& uuid)
{
    // 128 bits in 26 digits of 5: the first digit holds only three.
    std::string text(26, '0');
    unsigned accumulator = 0;
    int bits = 0;
    std::size_t position = text.size();
    for (std::size_t i = uuid.size(); i-- > 0;) {
        accumulator |= static_cast<unsigned>(uuid[i]) << bits;
        bits += 8;
        while (bits >= 5) {
            text[--position] = kCrockford[accumulator & 31];
            accumulator >>= 5;
            bits -= 5;
        }
    }
    text[--position] = kCrockford[accumulator & 31];
    return text;
}

std::optional<Uuid> uuid_from_base32(std::string_view text)
{
    if (text.size() != 26 || text.front() > '7')
        return std::nullopt;
    Uuid uuid{};
    unsigned accumulator = 0;
    int bits = 0;
    std::size_t position = uuid.size();
    for (std::size_t i = text.size(); i-- > 0;) {
        auto const digit = digit_of(kCrockford, text[i]);
        if (digit < 0)
            return std::nullopt;
        accumulator |= static_cast<unsigned>(digit) << bits;
        bits += 5;
        if (bits >= 8 && position > 0) {
            uuid[--position] = static_cast<std::uint8_t>(accumulator & 0xff);
            accumulator >>= 8;
            bits -= 8;
        }
    }
    return uuid;
}

} // namespace sluice
