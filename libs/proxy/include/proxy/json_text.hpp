#pragma once

#include "catalog/condition.hpp"
#include "paging/style.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::proxy {

/// A vendor's answer with a list, as views into its text. Nothing is copied or built.
struct PageText {
    /// What was found where the list should be.
    enum class Found { list, null, absent, other, no_json };
    Found found = Found::list;
    std::string_view items; ///< The text of the JSON array, inside the body.
    std::size_t count = 0;
    paging::Signs signs;           ///< How the list goes on.
    bool has_strange_next = false; ///< There is a cursor, but it is no text and no number.
};

// These functions accept what vendors get wrong. A byte order mark is removed. Half a surrogate pair and bytes that are
// not UTF-8 become U+FFFD. Numbers may have any size, and stay as they are written. `body` is changed only where it
// must be.

/// Whether `body` is one JSON text and nothing more. May grow the capacity of `body`, since the parser reads past its
/// end.
[[nodiscard]] bool is_json(std::string& body);

/// Finds the array at the dotted path `items` (empty: the root) and what `paths` name. The views point into `body`.
[[nodiscard]] PageText split_page(std::string& body, std::string_view items, paging::Paths const& paths);

/// The texts of the records in a JSON array, unchanged. `array` must be valid JSON. Empty if it is no array.
[[nodiscard]] std::vector<std::string> split_records(std::string array);

/// JSON with only the members that were asked for.
struct Projection {
    std::string text;
    std::vector<std::string> missing; ///< Paths that were not found.
    std::vector<std::string> there;   ///< If a path is missing: the names of the members at the top.
};

/// Keeps only the members at the dotted `paths` (`id`, `customer.email`) of an object, or of each element of an array.
/// A path leads through arrays. Values stay as they are written. `text` must be valid JSON.
[[nodiscard]] Projection project(std::string text, std::vector<std::string> const& paths);

/// Puts quotes around each integer below -(2^53)+1 or above (2^53)-1, which many readers of JSON would round (RFC 8259
/// section 6). `body` must be valid JSON.
void quote_large_integers(std::string& body);

/// Whether the condition holds of a JSON text; of other texts none does. Costs one pass of the parser, about
/// 0.7 µs for each KB.
[[nodiscard]] bool meets(std::string& body, catalog::Condition const& condition);

} // namespace sluice::proxy
