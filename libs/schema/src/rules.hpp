#pragma once

#include "base/json.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <re2/re2.h>

namespace sluice::schema {

/// The types of JSON Schema as bits. A number whose fraction is zero is an integer, however it is written.
enum Types : unsigned { null = 1, boolean = 2, integer = 4, fraction = 8, string = 16, array = 32, object = 64 };
constexpr unsigned kAnyType = 127;

[[nodiscard]] Types type_of(json::value const& value);
[[nodiscard]] std::string_view word_for(Types type);
[[nodiscard]] std::string with_article(std::string_view noun);

/// The values that `enum` or `const` allows.
struct Values {
    json::array listed;
    std::set<std::string, std::less<>> texts;  ///< The strings.
    std::unordered_set<std::string> canonical; ///< The other values.
    bool has_structures = false;

    explicit Values(json::array values);
    [[nodiscard]] std::string words() const;
};

/// One schema object, compiled.
struct Node {
    unsigned types = kAnyType;
    std::string type_words;       ///< `integer or null`
    std::optional<Values> values; ///< From `enum`.
    std::optional<Values> only;   ///< From `const`.
    std::unique_ptr<re2::RE2> pattern;
    std::optional<json::value> minimum, maximum, above, below, multiple_of;
    std::optional<std::size_t> min_length, max_length, min_items, max_items, min_members, max_members;
    bool is_unique = false;
    std::unique_ptr<Node> items;
    std::map<std::string, std::unique_ptr<Node>, std::less<>> properties;
    std::vector<std::string> names; ///< Names of the properties, in order.
    std::vector<std::string> required;
    bool is_closed = false; ///< Whether other members are refused.
    std::unique_ptr<Node> others;
    std::unique_ptr<Node> member_names;
    std::vector<Node> all_of, any_of, one_of;
    std::unique_ptr<Node> none_of;

    [[nodiscard]] Node const* below_name(std::string_view name) const
    {
        auto const known = properties.find(name);
        return known != properties.end() ? known->second.get() : others.get();
    }

    /// A text that says what a value must be.
    [[nodiscard]] std::string form() const;
};

[[nodiscard]] std::string forms_of(std::vector<Node> const& branches);

/// Makes nodes of a schema. Writes the first mistake in the schema into `mistake`.
[[nodiscard]] Node compile_rules(json::value const& schema, std::string& mistake);

} // namespace sluice::schema
