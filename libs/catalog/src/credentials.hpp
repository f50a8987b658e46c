#pragma once

#include "catalog/integration.hpp"
#include "mapping.hpp"

namespace sluice::catalog {

/// Reads `context` and `credentials` of the manifest into `integration`. Its `base_url` must be read already.
void read_credentials(documents::Source const& manifest, Mapping& root, Integration& integration,
                      documents::Problems& problems);

} // namespace sluice::catalog
