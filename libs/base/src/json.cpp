#include "base/json.hpp"

#include "base/encoding.hpp"
#include "decimal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

namespace sluice::json {
namespace {

/// For each byte: 0 if it needs no escape, 'u' for \u00XX, else the letter of its short escape (RFC 8259 section 7).
constexpr std::array<char, 256> escape_table()
{
    std::array<char, 256> table{};
    for (std::size_t i = 0; i < 0x20; ++i)
        table[i] = 'u';
    table['"'] = '"';
    table['\\'] = '\\';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    return table;
}

constexpr auto kEscapes = escape_table();

/// How many of the eight bytes in `word`, in memory order, come before the first that needs an escape.
std::size_t unescaped_bytes(std::uint64_t word)
{
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    // Has the high bit of the first byte below `limit`, and perhaps those of later bytes.
    auto const below = [](std::uint64_t bytes, std::uint64_t limit) { return (bytes - kOnes * limit) & ~bytes; };
    auto const found = below(word, 0x20) | below(word ^ kOnes * '"', 1) | below(word ^ kOnes * '\\', 1);
    return static_cast<std::size_t>(std::countr_zero(found & kOnes * 0x80)) / 8;
}

char* escape_byte(char* to, char c)
{
    constexpr std::string_view kHex = "0123456789abcdef";
    auto const escape = kEscapes[static_cast<std::uint8_t>(c)];
    if (escape == 0) {
        *to++ = c;
        return to;
    }
    *to++ = '\\';
    *to++ = escape;
    if (escape == 'u') {
        *to++ = '0';
        *to++ = '0';
        *to++ = kHex[static_cast<std::uint8_t>(c) >> 4];
        *to++ = kHex[static_cast<std::uint8_t>(c) & 15];
    }
    return to;
}

/// Writes `text` escaped at `to`, which must have room for six times its size. Gives the end of the written bytes.
char* escape_block(char* to, std::string_view text)
{
    auto const* from = text.data();
    auto const* const end = from + text.size();
    while (end - from >= 8) {
        // All eight bytes are copied; those from the first that needs an escape on are overwritten.
        std::uint64_t word = 0;
        std::memcpy(&word, from, sizeof word);
        std::memcpy(to, &word, sizeof word);
        auto const count = unescaped_bytes(word);
        from += count;
        to += count;
        if (count < 8)
            to = escape_byte(to, *from++);
    }
    while (from != end)
        to = escape_byte(to, *from++);
    return to;
}

} // namespace

boost::json::string const* string_at(object const& object, std::string_view key)
{
    auto const* member = object.if_contains(key);
    return member != nullptr ? member->if_string() : nullptr;
}

object const* object_at(object const& object, std::string_view key)
{
    auto const* member = object.if_contains(key);
    return member != nullptr ? member->if_object() : nullptr;
}

array const* array_at(object const& object, std::string_view key)
{
    auto const* member = object.if_contains(key);
    return member != nullptr ? member->if_array() : nullptr;
}

value const* find_path(value const& root, std::string_view dotted)
{
    auto const* at = &root;
    while (at != nullptr && !dotted.empty()) {
        auto const dot = dotted.find('.');
        auto const* object = at->if_object();
        if (object == nullptr)
            return nullptr;
        at = object->if_contains(dotted.substr(0, dot));
        dotted = dot == std::string_view::npos ? std::string_view{} : dotted.substr(dot + 1);
    }
    return at;
}

void append_escaped(std::string& out, std::string_view text)
{
    // Every byte of a vendor's answer passes through this. It writes one block at a time through a raw pointer, so that
    // room for the worst case (six bytes for one) is needed only for a block and is never cleared.
    constexpr std::size_t kBlock = 256;
    for (; !text.empty(); text.remove_prefix(std::min(kBlock, text.size()))) {
        auto const block = text.substr(0, kBlock);
        auto const start = out.size();
        out.resize_and_overwrite(start + block.size() * 6, [&](char* buffer, std::size_t) {
            return static_cast<std::size_t>(escape_block(buffer + start, block) - buffer);
        });
    }
}

void append_quoted(std::string& out, std::string_view text)
{
    out += '"';
    append_escaped(out, text);
    out += '"';
}

array array_of(std::vector<std::string> const& texts)
{
    array made;
    made.reserve(texts.size());
    for (auto const& text : texts)
        made.emplace_back(text);
    return made;
}

std::vector<std::string> texts_in(value const& array)
{
    std::vector<std::string> texts;
    if (auto const* elements = array.if_array())
        for (auto const& element : *elements)
            if (element.is_string())
                texts.emplace_back(element.get_string());
    return texts;
}

namespace {

void append_number(std::string& out, value const& number)
{
    if (number.is_double()) {
        std::array<char, 400> room{};
        out += decimal_of(number.get_double(), room);
        return;
    }
    std::array<char, 24> room{};
    auto const end = number.is_int64() ? std::to_chars(room.data(), room.data() + room.size(), number.get_int64()).ptr
                                       : std::to_chars(room.data(), room.data() + room.size(), number.get_uint64()).ptr;
    out.append(room.data(), end);
}

enum class Order { as_it_is, by_name };

void append(std::string& out, value const& from, Order order)
{
    if (auto const* members = from.if_object()) {
        std::vector<object::const_iterator> places;
        places.reserve(members->size());
        for (auto member = members->begin(); member != members->end(); ++member)
            places.push_back(member);
        if (order == Order::by_name)
            std::ranges::sort(places, {}, [](auto const& member) { return member->key(); });
        char separator = '{';
        for (auto const& member : places) {
            out += std::exchange(separator, ',');
            append_quoted(out, member->key());
            out += ':';
            append(out, member->value(), order);
        }
        out += places.empty() ? "{}" : "}";
    } else if (auto const* elements = from.if_array()) {
        char separator = '[';
        for (auto const& element : *elements) {
            out += std::exchange(separator, ',');
            append(out, element, order);
        }
        out += elements->empty() ? "[]" : "]";
    } else if (auto const* text = from.if_string()) {
        append_quoted(out, *text);
    } else if (from.is_number()) {
        append_number(out, from);
    } else {
        out += from.is_null() ? "null" : from.get_bool() ? "true" : "false";
    }
}

} // namespace

std::string to_text(value const& from)
{
    std::string out;
    append(out, from, Order::as_it_is);
    return out;
}

std::string canonical(value const& from)
{
    std::string out;
    append(out, from, Order::by_name);
    return out;
}

} // namespace sluice::json
