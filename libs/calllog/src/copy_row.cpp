#include "row_text.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sluice::calllog {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

/// The two hexadecimal digits of every byte.
constexpr auto kPairs = [] {
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t i = 0; i < pairs.size(); ++i)
        pairs[i] = {kDigits[i >> 4], kDigits[i & 15]};
    return pairs;
}();

/// Whether no character needs an escape. Looks at all of them, which is faster than to stop at the first that does.
bool is_plain(std::string_view text)
{
    bool is_plain = true;
    for (char const c : text)
        is_plain &= c >= ' ' && c < 0x7f && c != '\\';
    return is_plain;
}

bool is_zero(std::span<std::uint8_t const> value)
{
    return std::ranges::all_of(value, [](std::uint8_t byte) { return byte == 0; });
}

} // namespace

void RowText::separate()
{
    if (!text_.empty())
        text_ += '\t';
}

void RowText::null()
{
    separate();
    text_ += "\\N";
}

void RowText::text(std::string_view value, std::size_t most)
{
    if (value.empty())
        return null();
    separate();
    if (value.size() > most)
        value = utf8_prefix(value, most);
    if (is_plain(value))
        text_ += value;
    else
        escape(value);
}

void RowText::escape(std::string_view value)
{
    for (char const c : to_valid_utf8(value)) {
        switch (c) {
        case '\0':
            break;
        case '\\':
            text_ += "\\\\";
            break;
        case '\t':
            text_ += "\\t";
            break;
        case '\n':
            text_ += "\\n";
            break;
        case '\r':
            text_ += "\\r";
            break;
        default:
            text_ += c;
        }
    }
}

void RowText::number(std::int64_t value)
{
    separate();
    std::array<char, 20> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text_.append(digits.data(), end);
}

void RowText::uuid(Uuid const& value)
{
    if (is_zero(value))
        return null();
    separate();
    std::array<char, 36> hex;
    auto* out = hex.data();
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        out = std::ranges::copy(kPairs[value[i]], out).out;
    }
    text_.append(hex.data(), hex.size());
}

void RowText::bytes(std::span<std::uint8_t const> value)
{
    if (is_zero(value))
        return null();
    separate();
    text_ += "\\\\x";
    for (auto const byte : value)
        text_.append(kPairs[byte].data(), kPairs[byte].size());
}

std::string_view RowText::end()
{
    text_ += '\n';
    return text_;
}

} // namespace sluice::calllog
