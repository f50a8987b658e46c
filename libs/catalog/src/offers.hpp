#pragma once

#include "catalog/integration.hpp"

#include <string>
#include <vector>

namespace sluice::catalog {

/// Reads `mcp` into `integration`, whose methods are known by now.
void read_offers(Source const& manifest, json::value const* mcp, Integration& integration, Problems& problems);

/// A list of MCP content blocks, as templates that read nothing but what starts with one of `roots`.
[[nodiscard]] ValueTemplate read_blocks(json::value const& value, Source const& source, std::string const& path,
                                        std::vector<std::string> const& roots, Problems& problems);

} // namespace sluice::catalog
