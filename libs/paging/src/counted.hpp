#pragma once

#include "paging/style.hpp"

namespace sluice::paging {

// Settings that the styles share in which pages are counted: page, offset, range.
inline constexpr std::string_view kTotal = "total";              ///< Path of the number of records.
inline constexpr std::string_view kTotalHeader = "total_header"; ///< Header with the number of records.
inline constexpr std::string_view kHasMore = "has_more";         ///< Path of a flag.
inline constexpr std::string_view kUntilEmpty = "until_empty";   ///< A page with too few records is not the last.

/// A page of a list whose pages are counted.
struct Counted {
    std::int64_t before = 0;           ///< Records of the pages before it.
    std::optional<std::int64_t> size;  ///< The records that were asked for.
    std::optional<bool> is_last;       ///< By a total of pages.
    std::optional<std::int64_t> total; ///< Of records, in place of the one at the path.
};

/// Whether the vendor gave fewer records than were asked for.
[[nodiscard]] bool is_short(Page const& page, std::optional<std::int64_t> size);
/// Whether the list ends with this page. An empty page is the last, whatever the vendor says.
[[nodiscard]] bool ends(Settings const& settings, Page const& page, Counted const& counted);
/// What is wrong with the settings above together.
[[nodiscard]] std::vector<Mistake> counted_mistakes(Settings const& settings);

} // namespace sluice::paging
