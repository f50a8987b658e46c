#include "base/encoding.hpp"

#include <algorithm>
#include <array>

namespace sluice {
namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kHexUpper = "0123456789ABCDEF";
constexpr std::string_view kHexLower = "0123456789abcdef";

std::string encode64(ByteView bytes, std::string_view alphabet, bool pad)
{
    auto const whole = bytes.size() / 3;
    auto const rest = bytes.size() % 3;
    std::string text(whole * 4 + (rest == 0 ? 0 : (pad ? 4 : rest + 1)), '=');
    auto* out = text.data();
    auto const* in = bytes.data();
    for (std::size_t i = 0; i < whole; ++i, in += 3, out += 4) {
        auto const group = static_cast<unsigned>(in[0]) << 16 | static_cast<unsigned>(in[1]) << 8 | in[2];
        out[0] = alphabet[group >> 18];
        out[1] = alphabet[(group >> 12) & 63];
        out[2] = alphabet[(group >> 6) & 63];
        out[3] = alphabet[group & 63];
    }
    if (rest > 0) {
        auto const group = static_cast<unsigned>(in[0]) << 16 | (rest > 1 ? static_cast<unsigned>(in[1]) << 8 : 0U);
        out[0] = alphabet[group >> 18];
        out[1] = alphabet[(group >> 12) & 63];
        if (rest > 1)
            out[2] = alphabet[(group >> 6) & 63];
    }
    return text;
}

constexpr std::array<std::int8_t, 256> reverse_of(std::string_view alphabet)
{
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    return table;
}

std::optional<Bytes> decode64(std::string_view text, std::array<std::int8_t, 256> const& table)
{
    while (!text.empty() && text.back() == '=')
        text.remove_suffix(1);
    if (text.size() % 4 == 1)
        return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() * 3 / 4);
    unsigned accumulator = 0;
    int bits = 0;
    for (char const c : text) {
        auto const digit = table[static_cast<std::uint8_t>(c)];
        if (digit < 0)
            return std::nullopt;
        accumulator = (accumulator << 6) | static_cast<unsigned>(digit);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>((accumulator >> bits) & 0xff));
        }
    }
    // The unused bits must be zero, so that the same bytes have only one text (RFC 4648 section 3.5).
    if ((accumulator & ((1U << bits) - 1)) != 0)
        return std::nullopt;
    return bytes;
}

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

constexpr std::array<std::uint32_t, 256> crc_table()
{
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t value = i;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ ((value & 1) != 0 ? 0xedb88320U : 0U);
        table[i] = value;
    }
    return table;
}

} // namespace

std::string base64(ByteView bytes)
{
    return encode64(bytes, kStandard, true);
}
std::string base64url(ByteView bytes)
{
    return encode64(bytes, kUrlSafe, false);
}

std::optional<Bytes> base64_decode(std::string_view text)
{
    static constexpr auto kTable = reverse_of(kStandard);
    return decode64(text, kTable);
}

std::optional<Bytes> base64url_decode(std::string_view text)
{
    static constexpr auto kTable = reverse_of(kUrlSafe);
    return decode64(text, kTable);
}

std::string hex(ByteView bytes)
{
    std::string text;
    text.reserve(bytes.size() * 2);
    for (auto const byte : bytes) {
        text += kHexLower[byte >> 4];
        text += kHexLower[byte & 15];
    }
    return text;
}

std::optional<Bytes> hex_decode(std::string_view text)
{
    if (text.size() % 2 != 0)
        return std::nullopt;
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        auto const high = hex_digit(text[i]);
        auto const low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0)
            return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

std::string percent_encode(std::string_view text)
{
    // RFC 3986 section 2.3.
    static constexpr auto kUnreserved = [] {
        std::array<bool, 256> table{};
        for (std::string_view const set : {kUrlSafe, std::string_view("-._~")})
            for (char const c : set)
                table[static_cast<std::uint8_t>(c)] = true;
        return table;
    }();
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const start = i;
        while (i < text.size() && kUnreserved[static_cast<std::uint8_t>(text[i])])
            ++i;
        out += text.substr(start, i - start);
        if (i == text.size())
            break;
        auto const byte = static_cast<std::uint8_t>(text[i]);
        out += '%';
        out += kHexUpper[byte >> 4];
        out += kHexUpper[byte & 15];
    }
    return out;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const start = i;
        while (i < text.size() && text[i] != '%' && (text[i] != '+' || !plus_is_space))
            ++i;
        out += text.substr(start, i - start);
        if (i == text.size())
            break;
        if (text[i] == '+') {
            out += ' ';
        } else {
            if (i + 2 >= text.size())
                return std::nullopt;
            auto const high = hex_digit(text[i + 1]);
            auto const low = hex_digit(text[i + 2]);
            if (high < 0 || low < 0)
                return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return out;
}

std::uint32_t crc32(std::string_view text) noexcept
{
    static constexpr auto kTable = crc_table();
    std::uint32_t value = 0xffffffffU;
    for (char const c : text)
        value = (value >> 8) ^ kTable[(value ^ static_cast<std::uint8_t>(c)) & 0xff];
    return ~value;
}

bool iequals(std::string_view a, std::string_view b) noexcept
{
    return a.size() == b.size() && (a == b || std::ranges::equal(a, b, {}, ascii_lower, ascii_lower));
}

std::string to_lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), ascii_lower);
    return out;
}

} // namespace sluice
