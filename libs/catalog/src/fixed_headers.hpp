#pragma once

#include "catalog/integration.hpp"
#include "mapping.hpp"

#include <string>
#include <utility>
#include <vector>

namespace sluice::catalog {

using FixedHeaders = std::vector<std::pair<std::string, std::string>>;

/// Reads `headers` of a mapping: names with fixed values. Those of `base` stay unless they are named.
[[nodiscard]] FixedHeaders read_fixed_headers(Mapping& mapping, FixedHeaders base, documents::Source const& source,
                                              documents::Problems& problems);

/// Reads `forward_headers`: the headers of clients that reach the vendor.
[[nodiscard]] std::vector<std::string> read_forward_headers(Mapping& mapping);

} // namespace sluice::catalog
