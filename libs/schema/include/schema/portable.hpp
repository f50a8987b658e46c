#pragma once

#include "base/json.hpp"

namespace sluice::schema {

/// Makes the form of a schema that every client and model provider accepts: single types, no `const`, no keyword
/// outside the common subset, `properties` and `items` always written, enums of at most 100 values, nesting of at most
/// 5, at most 8 KiB of compact JSON. Clients lose only advice by this: arguments are validated against the full schema.
[[nodiscard]] json::value portable_schema(json::value const& full);

} // namespace sluice::schema
