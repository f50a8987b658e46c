#pragma once

#include "catalog/shown.hpp"
#include "mapping.hpp"

namespace sluice::catalog {

/// Reads `item` of a resource; the label is `label` unless it says another.
[[nodiscard]] ItemView read_item_view(json::value const* value, documents::Source const& source,
                                      std::string const& path, std::string label, documents::Problems& problems);
/// Reads `shows` of a method.
[[nodiscard]] Shown read_shown(json::value const* value, documents::Source const& source, std::string const& path,
                               documents::Problems& problems);

} // namespace sluice::catalog
