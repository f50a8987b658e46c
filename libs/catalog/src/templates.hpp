#pragma once

#include "catalog/integration.hpp"
#include "mapping.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sluice::catalog {

/// Whether the dotted `path` names `root` or something below it. A root that ends in `.` stands for every name below
/// it.
[[nodiscard]] bool is_within(std::string_view path, std::string_view root);

/// Reads JSON with templates. They may read only paths within one of `roots`.
[[nodiscard]] ValueTemplate read_template(json::value const& value, documents::Source const& source,
                                          std::string const& path, std::vector<std::string> const& roots,
                                          documents::Problems& problems);

/// Reads `{method: resource.method, arguments: {…}}`.
[[nodiscard]] MethodCall read_call(Mapping& mapping, documents::Source const& source, Integration const& integration,
                                   std::vector<std::string> const& roots, documents::Problems& problems);

} // namespace sluice::catalog
