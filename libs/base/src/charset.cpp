#include "base/charset.hpp"

#include "base/encoding.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <iconv.h>
#include <memory>

namespace sluice {

std::optional<std::string> from_charset(std::string_view text, std::string_view charset)
{
    // iconv takes instructions behind a slash.
    bool const is_name = !charset.empty() && charset.size() <= 40 && std::ranges::all_of(charset, [](char c) {
        return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
    auto* const opened = is_name ? ::iconv_open("UTF-8", std::string(charset).c_str()) : reinterpret_cast<iconv_t>(-1);
    if (opened == reinterpret_cast<iconv_t>(-1))
        return std::nullopt;
    std::unique_ptr<void, int (*)(iconv_t)> const conversion(opened, ::iconv_close);
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    std::array<char, 4096> room{};
    auto* from = const_cast<char*>(text.data()); // iconv only reads it.
    auto left = text.size();
    while (left > 0) {
        auto* to = room.data();
        auto free = room.size();
        bool const is_refused = ::iconv(opened, &from, &left, &to, &free) == static_cast<std::size_t>(-1);
        bool const is_wrong = is_refused && errno != E2BIG;
        out.append(room.data(), to);
        if (is_wrong && left > 0) {
            out += "\xef\xbf\xbd";
            ++from;
            --left;
        }
    }
    return out;
}

} // namespace sluice
