#include "names.hpp"

#include "base/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::identity {

bool is_name(std::string_view text) noexcept
{
    return text.size() <= kLongestName && is_utf8(text) && std::ranges::none_of(text, [](char c) {
               auto const byte = static_cast<unsigned char>(c);
               return byte < 0x20 || byte == 0x7f;
           });
}

Secret url_of(std::string_view public_url, LinkKind kind, Secret const& secret)
{
    char const* page = "invitation";
    if (kind != LinkKind::invitation)
        page = kind == LinkKind::reset ? "reset" : "sign-in";
    return Secret{fmt::format("{}/{}#{}", public_url, page, secret.reveal())};
}

} // namespace sluice::identity
