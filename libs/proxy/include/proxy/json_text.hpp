#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::proxy {

/// A vendor's list answer, seen without building it anew.
struct PageText {
    /// What stands where the list should be.
    enum class Found { list, null, absent, other, no_json };
    Found found = Found::list;
    std::string_view items; ///< The raw JSON array, in the body.
    std::size_t count = 0;
    /// What leads to the next page, as the vendor wrote it. Absent on the last: nothing, null, false, 0 and an empty
    /// text lead nowhere.
    std::optional<std::string> next;
    bool has_strange_next = false; ///< Something is there that leads somewhere, and is no text and no number.
};

// Vendors are read with patience. A byte order mark is left out, half of a surrogate pair and what is no UTF-8 become
// U+FFFD, and numbers may have any size. `body` is changed only where it has to be; its numbers stay as they are
// written.

/// Whether `body` is one whole JSON text. May grow the capacity of `body` (the parser reads past its end).
[[nodiscard]] bool is_json(std::string& body);

/// Finds the array at the dotted path `items` (empty: the root) and what stands at `next`. The views point into `body`.
[[nodiscard]] PageText split_page(std::string& body, std::string_view items, std::string_view next);

/// The records of a JSON array, each as it is written. `array` is valid JSON; empty if it is no array.
[[nodiscard]] std::vector<std::string> split_records(std::string array);

/// What is left of JSON with only the members asked for.
struct Projection {
    std::string text;
    std::vector<std::string> missing; ///< Paths of which there was nothing.
    std::vector<std::string> there;   ///< Names of members there were, at the top. Where something is missing.
};

/// Keeps the members at the dotted `paths` (`id`, `customer.email`) of an object, or of each element of an array; a
/// path goes through arrays on its way. Values stay as they are written. `text` is valid JSON.
[[nodiscard]] Projection project(std::string text, std::vector<std::string> const& paths);

/// Puts quotes around each integer below -(2^53)+1 or above (2^53)-1, which many readers of JSON would round (RFC 8259
/// section 6). `body` is valid JSON.
void quote_large_integers(std::string& body);

/// The message in an error body, where vendors put it; empty if there is none. At most 500 bytes.
[[nodiscard]] std::string error_message_of(std::string& body);

} // namespace sluice::proxy
