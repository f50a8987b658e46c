#include "base/encoding.hpp"

#include <algorithm>
#include <cstring>

namespace sluice {
namespace {

/// The length of the character at the start of `text`; 0 if it is not valid (Unicode 15 table 3-7).
std::size_t character_length(std::string_view text)
{
    auto const at = [&](std::size_t i) -> unsigned { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0; };
    auto const continues = [&](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
    auto const lead = at(0);
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return continues(1) ? 2 : 0;
    if (lead >= 0xe0 && lead <= 0xef) {
        auto const low = lead == 0xe0 ? 0xa0U : 0x80U;
        auto const high = lead == 0xed ? 0x9fU : 0xbfU;
        return at(1) >= low && at(1) <= high && continues(2) ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        auto const low = lead == 0xf0 ? 0x90U : 0x80U;
        auto const high = lead == 0xf4 ? 0x8fU : 0xbfU;
        return at(1) >= low && at(1) <= high && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

} // namespace

bool is_utf8(std::string_view text) noexcept
{
    while (!text.empty()) {
        // Most text is ASCII, so eight bytes are checked at a time.
        std::uint64_t eight = 0;
        if (text.size() >= sizeof eight) {
            std::memcpy(&eight, text.data(), sizeof eight);
            if ((eight & 0x8080808080808080ULL) == 0) {
                text.remove_prefix(sizeof eight);
                continue;
            }
        }
        auto const length = character_length(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string to_valid_utf8(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    bool replaced = false;
    while (!text.empty()) {
        auto const length = character_length(text);
        if (length == 0) {
            if (!replaced)
                out += "\xef\xbf\xbd";
            replaced = true;
            text.remove_prefix(1);
            continue;
        }
        replaced = false;
        out += text.substr(0, length);
        text.remove_prefix(length);
    }
    return out;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes) noexcept
{
    if (text.size() <= bytes)
        return text;
    while (bytes > 0 && (static_cast<std::uint8_t>(text[bytes]) & 0xc0) == 0x80)
        --bytes;
    return text.substr(0, bytes);
}

} // namespace sluice
