#pragma once

#include "base/result.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::json {

using boost::json::array;
using boost::json::object;
using boost::json::value;

struct Limits {
    std::size_t max_bytes = 1024 * 1024;
    std::size_t max_depth = 64;
};

/// A JSON text as a value, and what of it is not in the value as it was written.
struct Reading {
    value root;
    /// Where a text or a name holds a zero character, which PostgreSQL does not store, and where a number has more
    /// digits than are kept. At most twenty.
    std::vector<FieldFailure> flaws;
};

/// Reads one JSON text (RFC 8259): valid UTF-8, bounded in size and depth. A byte order mark is skipped, and half of a
/// surrogate pair becomes U+FFFD; both are valid JSON that many programs write. The error names the position.
[[nodiscard]] Result<Reading> read(std::string_view text, Limits const& limits = {});
/// For what is kept here: a flaw is a mistake with its path, and half of a surrogate pair is refused, as two texts
/// would become one.
[[nodiscard]] Result<value> parse_input(std::string_view text, Limits const& limits = {});
/// The same for what is ours or a vendor's: a number that is not kept is the nearest there is.
[[nodiscard]] Result<value> parse(std::string_view text, Limits const& limits = {});

/// The text without a byte order mark and with U+FFFD for each half of a surrogate pair; absent if there is nothing to
/// mend.
[[nodiscard]] std::optional<std::string> mended(std::string_view text);

/// Compact JSON. Numbers are plain decimals (`0.5`, never `5E-1`), without a fraction where it is zero.
[[nodiscard]] std::string to_text(value const& from);

/// The member if it is there and a string, else nullptr; likewise for the others.
[[nodiscard]] boost::json::string const* string_at(object const& object, std::string_view key);
[[nodiscard]] object const* object_at(object const& object, std::string_view key);
[[nodiscard]] array const* array_at(object const& object, std::string_view key);

/// The member at a dotted path (`meta.next_cursor`), or nullptr.
[[nodiscard]] value const* find_path(value const& root, std::string_view dotted);

[[nodiscard]] array array_of(std::vector<std::string> const& texts);
/// The texts of an array; what is no text, or no array, is left out.
[[nodiscard]] std::vector<std::string> texts_in(value const& array);

/// `to_text` that is the same for equal values: members stand in the order of their names, and 1.0 is 1.
[[nodiscard]] std::string canonical(value const& from);

/// Appends `text` as a JSON string with its quotes. `text` must be valid UTF-8.
void append_quoted(std::string& out, std::string_view text);
/// Appends the inside of a JSON string: `text` escaped, without quotes.
void append_escaped(std::string& out, std::string_view text);

} // namespace sluice::json
