#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "documents/source.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace sluice::schema {

/// A compiled JSON Schema (2020-12, the keywords of `check_keywords`). Immutable, thread-safe.
///
/// Patterns are run by RE2, in linear time. `format` is only an annotation, which is the default of the draft.
class Schema {
public:
    Schema();
    ~Schema();
    Schema(Schema&&) noexcept;
    Schema& operator=(Schema&&) noexcept;

    /// `schema` must have passed `check_keywords`, and have no `$ref`. Errors: invalid_argument for a schema that is
    /// not valid.
    [[nodiscard]] static Result<Schema> compile(json::value const& schema);

    /// Every broken rule: the path of the value (`source.to[0].address`), the rule, and what is allowed. At most
    /// twenty; then the last one says how many more there are. Takes time linear in the size of the value, whatever the
    /// schema.
    [[nodiscard]] std::vector<FieldFailure> validate(json::value const& value) const;

    /// Removes null members that the schema names, at every depth, also where it takes null: models and strict clients
    /// write null for a member that they leave out. A null stays where the schema takes it and nothing else could say
    /// it: for a required member, in the elements of a list, and under a name that the schema does not name.
    void drop_nulls(json::object& members) const;

    /// Puts in place of a value of a wrong type what it means in a type that the schema takes, at every depth, where
    /// nothing is lost: the text of a number or of true and false, 7.0 for 7, a number or boolean for a text, one value
    /// for a list of it, a text for an object with one required member, the JSON text of an object or a list. A value
    /// of a type that the schema takes stays.
    void convert(json::value& value) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Adds a problem for each of these: a keyword that the validator does not enforce, a boolean schema where an object is
/// expected, a `$ref` that was not inlined, a pattern that RE2 cannot run, a schema nested deeper than 24.
void check_keywords(json::value const& schema, documents::Source const& source, std::string const& path,
                    documents::Problems& problems);

} // namespace sluice::schema
