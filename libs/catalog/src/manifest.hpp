#pragma once

#include "catalog/integration.hpp"

#include <map>

namespace sluice::catalog {

/// Reads the manifest into `integration`, taking each method's operation out of `operations`. Unknown keys and every
/// other mistake go to `problems`.
void read_manifest(Source const& manifest, std::map<std::string, Method> operations, Integration& integration,
                   Problems& problems);

} // namespace sluice::catalog
