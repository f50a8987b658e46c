#include "paging/style.hpp"

#include <algorithm>

namespace sluice::paging {

// A new style is a file in `styles`, and a line here.
// clang-format off
#define SLUICE_STYLES(style) \
    style(cursor) \
    style(link_header) \
    style(offset) \
    style(page) \
    style(range) \
    style(url)
// clang-format on

#define SLUICE_DECLARE(name) Style const* name##_style() noexcept;
SLUICE_STYLES(SLUICE_DECLARE)
#undef SLUICE_DECLARE

namespace {

#define SLUICE_LIST(name) name##_style(),
Style const* const kStyles[]{SLUICE_STYLES(SLUICE_LIST)};
#undef SLUICE_LIST

} // namespace

std::span<Style const* const> styles() noexcept
{
    return kStyles;
}

Style const* find_style(std::string_view name) noexcept
{
    auto const* const found =
        std::ranges::find_if(kStyles, [name](Style const* style) { return style->name() == name; });
    return found == std::end(kStyles) ? nullptr : *found;
}

} // namespace sluice::paging
