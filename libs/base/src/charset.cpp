#include "base/charset.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iconv.h>
#include <memory>

namespace sluice {

namespace {

/// The size of one unit of the charset in bytes. So many bytes are skipped if they are no character.
std::size_t unit_of(std::string_view charset)
{
    auto const lower = to_lower(charset);
    auto const is_of = [&](std::string_view bits, std::string_view bytes) {
        return lower.find("utf-" + std::string(bits)) == 0 || lower.find("utf" + std::string(bits)) == 0 ||
               lower.find("ucs-" + std::string(bytes)) == 0 || lower.find("ucs" + std::string(bytes)) == 0;
    };
    return is_of("16", "2") ? 2 : is_of("32", "4") ? 4 : 1;
}

} // namespace

std::optional<std::string> from_charset(std::string_view text, std::string_view charset, std::size_t most)
{
    // iconv reads text after a slash as an instruction, so such names are refused.
    bool const is_name = !charset.empty() && charset.size() <= 40 && std::ranges::all_of(charset, [](char c) {
        return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    auto* const opened = is_name ? ::iconv_open("UTF-8", std::string(charset).c_str()) : reinterpret_cast<iconv_t>(-1);
    if (opened == reinterpret_cast<iconv_t>(-1))
        return std::nullopt;
    std::unique_ptr<void, int (*)(iconv_t)> const conversion(opened, ::iconv_close);
    auto const unit = unit_of(charset);
    std::string out;
    out.reserve(std::min(text.size() + text.size() / 8, most));
    std::array<char, 4096> room{};
    auto* from = const_cast<char*>(text.data()); // iconv only reads it.
    auto left = text.size();
    for (bool is_flushed = false; !is_flushed;) {
        auto* to = room.data();
        auto free = room.size();
        // A call without input flushes: iconv may hold a character back, since an accent could follow.
        bool const is_end = left == 0;
        bool const is_refused = ::iconv(opened, is_end ? nullptr : &from, is_end ? nullptr : &left, &to, &free) ==
                                static_cast<std::size_t>(-1);
        bool const is_wrong = is_refused && errno != E2BIG;
        is_flushed = is_end;
        out.append(room.data(), to);
        if (is_wrong && left > 0) {
            out += "\xef\xbf\xbd";
            auto const skipped = std::min(unit, left);
            from += skipped;
            left -= skipped;
        }
        if (out.size() > most)
            return std::nullopt;
    }
    return out;
}

} // namespace sluice
