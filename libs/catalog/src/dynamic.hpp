#pragma once

#include "catalog/integration.hpp"

namespace sluice::catalog {

/// Reads `dynamic` into `integration`, whose methods are known by now.
void read_dynamic(documents::Source const& manifest, json::value const* dynamic, Integration& integration,
                  documents::Problems& problems);

} // namespace sluice::catalog
