#pragma once

#include "catalog/integration.hpp"

namespace sluice::catalog {

/// Reads `actions` into `integration`, whose methods are known by now.
void read_actions(documents::Source const& manifest, json::value const* actions, Integration& integration,
                  documents::Problems& problems);

} // namespace sluice::catalog
