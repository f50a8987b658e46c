#pragma once

#include "catalog/integration.hpp"

namespace sluice::catalog {

/// Reads `dynamic` into `integration`. Its methods must be read already.
void read_dynamic(documents::Source const& manifest, json::value const* dynamic, Integration& integration,
                  documents::Problems& problems);

} // namespace sluice::catalog
