#include "copy_row.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <string>

namespace sluice::calllog {
namespace {

/// Whether a byte of the word is zero or no ASCII. A zero borrows from the next byte, which changes nothing then.
bool has_other(std::uint64_t word)
{
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kHighest = 0x8080808080808080;
    return ((word | (word - kOnes)) & kHighest) != 0;
}

/// Whether PostgreSQL takes the text as it is: ASCII without zeros.
bool is_plain(std::string_view text)
{
    constexpr auto kWord = sizeof(std::uint64_t);
    if (text.size() < kWord)
        return std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) > 0; });
    auto const word_at = [text](std::size_t position) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + position, kWord);
        return word;
    };
    bool is_plain = !has_other(word_at(text.size() - kWord));
    for (std::size_t position = 0; position + kWord < text.size(); position += kWord)
        is_plain &= !has_other(word_at(position));
    return is_plain;
}

} // namespace

void CopyRow::sized(void const* from, std::size_t size)
{
    put(static_cast<std::int32_t>(size));
    std::memcpy(end_, from, size);
    end_ += size;
}

void CopyRow::text(std::string_view value, std::size_t most)
{
    if (value.empty())
        return null();
    constexpr auto kForTexts = kMostBytes - kReserved;
    most = std::min(most, kForTexts - std::min(size(), kForTexts));
    if (value.size() > most)
        value = utf8_prefix(value, most);
    if (is_plain(value))
        return sized(value.data(), value.size());
    auto mended = to_valid_utf8(value);
    std::erase(mended, '\0');
    value = utf8_prefix(mended, most);
    sized(value.data(), value.size());
}

void CopyRow::bytes(std::span<std::uint8_t const> value)
{
    if (std::ranges::all_of(value, [](std::uint8_t byte) { return byte == 0; }))
        return null();
    sized(value.data(), value.size());
}

} // namespace sluice::calllog
