#pragma once

#include "catalog/integration.hpp"

#include <map>
#include <set>

namespace sluice::catalog {

/// The operations whose schemas must stay unchanged (`raw_schema: true` in the manifest).
[[nodiscard]] std::set<std::string> raw_operations(documents::Source const& manifest);

/// Reads the manifest into `integration`, and moves each method's operation out of `operations`. Unknown keys and all
/// other mistakes are added to `problems`.
void read_manifest(documents::Source const& manifest, std::map<std::string, openapi::Operation> operations,
                   Integration& integration, documents::Problems& problems);

} // namespace sluice::catalog
