#pragma once

#include "catalog/integration.hpp"
#include "mapping.hpp"

#include <string>
#include <vector>

namespace sluice::catalog {

/// Reads JSON with templates. They may read only paths that begin with one of `roots`.
[[nodiscard]] ValueTemplate read_template(json::value const& value, documents::Source const& source,
                                          std::string const& path, std::vector<std::string> const& roots,
                                          documents::Problems& problems);

/// Reads `{method: resource.method, arguments: {…}}`.
[[nodiscard]] MethodCall read_call(Mapping& mapping, documents::Source const& source, Integration const& integration,
                                   std::vector<std::string> const& roots, documents::Problems& problems);

} // namespace sluice::catalog
