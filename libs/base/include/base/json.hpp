#pragma once

#include "base/result.hpp"

#include <boost/json.hpp>

#include <cstddef>
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

/// Parses one JSON text (RFC 8259): valid UTF-8, bounded in size and depth. The error names the position.
[[nodiscard]] Result<value> parse(std::string_view text, Limits const& limits = {});

/// The member if it is there and a string, else nullptr; likewise for the others.
[[nodiscard]] boost::json::string const* string_at(object const& object, std::string_view key);
[[nodiscard]] object const* object_at(object const& object, std::string_view key);
[[nodiscard]] array const* array_at(object const& object, std::string_view key);

/// The member at a dotted path (`meta.next_cursor`), or nullptr.
[[nodiscard]] value const* find_path(value const& root, std::string_view dotted);

[[nodiscard]] array array_of(std::vector<std::string> const& texts);
/// The texts of an array; what is no text, or no array, is left out.
[[nodiscard]] std::vector<std::string> texts_in(value const& array);

/// Compact JSON that is the same for equal values: members stand in the order of their names.
[[nodiscard]] std::string canonical(value const& from);

/// Appends `text` as a JSON string with its quotes. `text` must be valid UTF-8.
void append_quoted(std::string& out, std::string_view text);
/// Appends the inside of a JSON string: `text` escaped, without quotes.
void append_escaped(std::string& out, std::string_view text);

} // namespace sluice::json
