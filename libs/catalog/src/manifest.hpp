#pragma once

#include "catalog/integration.hpp"

#include <map>
#include <set>

namespace sluice::catalog {

/// The operations whose schemas the manifest wants left as they are (`raw_schema: true`).
[[nodiscard]] std::set<std::string> raw_operations(documents::Source const& manifest);

/// Reads the manifest into `integration`, taking each method's operation out of `operations`. Unknown keys and every
/// other mistake go to `problems`.
void read_manifest(documents::Source const& manifest, std::map<std::string, openapi::Operation> operations,
                   Integration& integration, documents::Problems& problems);

} // namespace sluice::catalog
