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
/// Patterns are RE2 and run in linear time; `format` is an annotation, as the draft has it by default.
class Schema {
public:
    Schema();
    ~Schema();
    Schema(Schema&&) noexcept;
    Schema& operator=(Schema&&) noexcept;

    /// `schema` must have passed `check_keywords`, with every `$ref` inlined.
    [[nodiscard]] static Result<Schema> compile(json::value const& schema);

    /// Every broken rule: the path of the value (`source.to[0].address`), the rule, and what is allowed. Of very many
    /// the first twenty, and last how many more there are. Linear in the size of the value, whatever the schema.
    [[nodiscard]] std::vector<FieldFailure> validate(json::value const& value) const;

    /// Removes members that are null, at every depth, where null is not allowed: models and strict clients write it
    /// for "leave out".
    void drop_nulls(json::object& members) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Refuses keywords that the validator would not enforce, boolean schemas where an object is expected, `$ref`s that
/// were not inlined, patterns outside RE2, and schemas nested deeper than 24.
void check_keywords(json::value const& schema, documents::Source const& source, std::string const& path,
                    documents::Problems& problems);

} // namespace sluice::schema
