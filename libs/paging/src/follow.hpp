#pragma once

#include "paging/style.hpp"

namespace sluice::paging {

// Settings of the styles that follow an address which the vendor gives: link_header, url.
inline constexpr std::string_view kLimitParameter = "limit_parameter";   ///< Query parameter of the first page's size.
inline constexpr std::string_view kCursorParameter = "cursor_parameter"; ///< Query parameter that only addresses have.
inline constexpr std::string_view kKeepPath = "keep_path"; ///< Only the query is followed; the path is the method's.

/// The page at an address that the vendor gives. The address must have the origin of the page's URL. A position is its
/// path and query, or its query alone if the path is the same.
[[nodiscard]] Next follow(Settings const& settings, Page const& page, std::string_view reference);
/// Asks for the page at such a position.
[[nodiscard]] bool apply_address(Settings const& settings, Ask const& ask, PageRequest& request);
/// Whether the vendor gave fewer records than were asked for. After the first page the address says how many.
[[nodiscard]] bool is_short_of_limit(Settings const& settings, Page const& page);

} // namespace sluice::paging
