#pragma once

#include "catalog/integration.hpp"

namespace sluice::catalog {

/// Reads `rate_limit` of the manifest: a rule, the name of a vendor (`ratelimit::vendors`), or null, which says that
/// the well-known header names are tried. Without it (`value` is nullptr) the vendor of the host of `base_url` decides,
/// which must have been read. Mistakes are added to `problems`.
void read_limit_rule(json::value const* value, documents::Source const& source, Integration& integration,
                     documents::Problems& problems);

} // namespace sluice::catalog
