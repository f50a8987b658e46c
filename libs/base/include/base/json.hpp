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

/// A JSON text as a value, and the parts that the value does not keep exactly.
struct Reading {
    value root;
    /// The paths of texts and names with a zero character, which PostgreSQL cannot store, and of numbers with more
    /// digits than a value keeps. At most twenty.
    std::vector<FieldFailure> flaws;
};

/// Reads one JSON text (RFC 8259): valid UTF-8, bounded in size and depth. A byte order mark is skipped, and half a
/// surrogate pair becomes U+FFFD, since many programs write these. Errors: too_large; invalid_argument with the
/// position.
[[nodiscard]] Result<Reading> read(std::string_view text, Limits const& limits = {});
/// `read` for input that is stored. A flaw is an error with its path. Half a surrogate pair is refused, since two
/// different texts would become equal.
[[nodiscard]] Result<value> parse_input(std::string_view text, Limits const& limits = {});
/// `read` for JSON of Sluice itself or of a vendor. Flaws are ignored: a number becomes the nearest one that can be
/// kept.
[[nodiscard]] Result<value> parse(std::string_view text, Limits const& limits = {});

/// The text without a byte order mark and with U+FFFD for each half of a surrogate pair; nothing if it has neither.
[[nodiscard]] std::optional<std::string> mended(std::string_view text);

/// Compact JSON. Numbers are plain decimals (`0.5`, never `5E-1`), without a fraction if it is zero.
[[nodiscard]] std::string to_text(value const& from);

/// The member if it exists and is a string, else null. The next two do the same for objects and arrays.
[[nodiscard]] boost::json::string const* string_at(object const& object, std::string_view key);
[[nodiscard]] object const* object_at(object const& object, std::string_view key);
[[nodiscard]] array const* array_at(object const& object, std::string_view key);

/// The value at a dotted path (`meta.next_cursor`), or null.
[[nodiscard]] value const* find_path(value const& root, std::string_view dotted);

[[nodiscard]] array array_of(std::vector<std::string> const& texts);
/// The strings of an array. Other values are left out; without an array there are none.
[[nodiscard]] std::vector<std::string> texts_in(value const& array);

/// `to_text` in a form that is the same for equal values: members are sorted by name, and 1.0 is written as 1.
[[nodiscard]] std::string canonical(value const& from);

/// Appends `text` as a JSON string with quotes. `text` must be valid UTF-8.
void append_quoted(std::string& out, std::string_view text);
/// Appends the inside of a JSON string: `text` escaped, without quotes.
void append_escaped(std::string& out, std::string_view text);

} // namespace sluice::json
