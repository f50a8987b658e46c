#pragma once

#include "catalog/integration.hpp"

namespace sluice::catalog {

/// Reads `actions` into `integration`. Its methods must be read already.
void read_actions(documents::Source const& manifest, json::value const* actions, Integration& integration,
                  documents::Problems& problems);

} // namespace sluice::catalog
