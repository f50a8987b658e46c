#include "base/json.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace sluice::json {
namespace {

/// 0: the byte stands for itself; 'u': \u00XX; else the letter of its short escape (RFC 8259 section 7).
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

/// Writes `text` escaped at `to`, which has room for six times its size; the end of what was written.
char* escape_block(char* to, std::string_view text)
{
    constexpr std::string_view kHex = "0123456789abcdef";
    for (char const c : text) {
        auto const escape = kEscapes[static_cast<std::uint8_t>(c)];
        if (escape == 0) {
            *to++ = c;
            continue;
        }
        *to++ = '\\';
        *to++ = escape;
        if (escape == 'u') {
            *to++ = '0';
            *to++ = '0';
            *to++ = kHex[static_cast<std::uint8_t>(c) >> 4];
            *to++ = kHex[static_cast<std::uint8_t>(c) & 15];
        }
    }
    return to;
}

} // namespace

Result<value> parse(std::string_view text, Limits const& limits)
{
    if (text.size() > limits.max_bytes)
        return Error{ErrorCode::too_large,
                     "The JSON text is larger than " + std::to_string(limits.max_bytes) + " bytes."};
    boost::json::parse_options options;
    options.max_depth = limits.max_depth;
    boost::json::stream_parser parser({}, options);
    boost::system::error_code failure;
    auto const used = parser.write_some(text.data(), text.size(), failure);
    if (!failure && text.find_first_not_of(" \t\r\n", used) != std::string_view::npos)
        failure = boost::json::error::extra_data;
    if (!failure)
        parser.finish(failure);
    if (failure == boost::json::error::too_deep)
        return Error{ErrorCode::invalid_argument,
                     "The JSON is nested deeper than " + std::to_string(limits.max_depth) + " levels."};
    if (failure)
        return Error{ErrorCode::invalid_argument,
                     "The JSON is not valid near byte " + std::to_string(used) + ": " + failure.message() + "."};
    return parser.release();
}

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
    // On the warm path this runs over every vendor byte: written through a raw pointer, a block at a time, so that room
    // for the worst case (six bytes for one) is made for the block only and is never cleared first.
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

void append_canonical(std::string& out, value const& from)
{
    if (auto const* members = from.if_object()) {
        std::vector<object::const_iterator> sorted;
        for (auto member = members->begin(); member != members->end(); ++member)
            sorted.push_back(member);
        std::ranges::sort(sorted, {}, [](auto const& member) { return member->key(); });
        char separator = '{';
        for (auto const& member : sorted) {
            out += std::exchange(separator, ',');
            append_quoted(out, member->key());
            out += ':';
            append_canonical(out, member->value());
        }
        out += sorted.empty() ? "{}" : "}";
    } else if (auto const* elements = from.if_array()) {
        char separator = '[';
        for (auto const& element : *elements) {
            out += std::exchange(separator, ',');
            append_canonical(out, element);
        }
        out += elements->empty() ? "[]" : "]";
    } else {
        out += boost::json::serialize(from);
    }
}

} // namespace

std::string canonical(value const& from)
{
    std::string out;
    append_canonical(out, from);
    return out;
}

} // namespace sluice::json
