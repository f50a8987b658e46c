#pragma once

#include "catalog/integration.hpp"

#include <string>
#include <vector>

namespace sluice::catalog {

/// Reads `mcp` into `integration`. Its methods must be read already.
void read_offers(documents::Source const& manifest, json::value const* mcp, Integration& integration,
                 documents::Problems& problems);

/// Reads a list of MCP content blocks. Their templates may read only paths that begin with one of `roots`.
[[nodiscard]] ValueTemplate read_blocks(json::value const& value, documents::Source const& source,
                                        std::string const& path, std::vector<std::string> const& roots,
                                        documents::Problems& problems);

} // namespace sluice::catalog
