#pragma once

#include "base/json.hpp"

namespace sluice::schema {

/// Makes the form of a schema that every client and model provider accepts: single types (a value of several types is
/// an `anyOf` below the root), no null, no `const`, no keyword outside the common subset, `properties` and `items`
/// always written, an object whose members are not listed is open by `additionalProperties`, enums of at most 100
/// values, nesting of at most 5, at most 8 KiB of compact JSON. It takes every form but null that the full schema
/// takes. Arguments are checked by the full schema.
[[nodiscard]] json::value portable_schema(json::value const& full);

/// Whether the schema takes null. A schema with `allOf` counts as one that does not.
[[nodiscard]] bool takes_null(json::value const& schema);

} // namespace sluice::schema
