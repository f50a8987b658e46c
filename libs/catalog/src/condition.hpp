#pragma once

#include "catalog/condition.hpp"
#include "documents/source.hpp"

#include <optional>
#include <string>

namespace sluice::catalog {

/// Reads a condition of the manifest. A text, as JSONata would be, is refused with the form that is read. Mistakes are
/// added to `problems`; then there is no condition.
[[nodiscard]] std::optional<Condition> read_condition(json::value const& value, documents::Source const& source,
                                                      std::string const& path, documents::Problems& problems);

} // namespace sluice::catalog
