#pragma once

#include "catalog/inputs.hpp"
#include "mapping.hpp"

namespace sluice::catalog {

/// Reads `input: {rounds: […], arguments: {…}}` of a method or prompt; null if there is none. `roots` are the first
/// steps of the paths that templates may read besides `input`.
[[nodiscard]] std::shared_ptr<Inputs const> read_inputs(json::value const* value, documents::Source const& source,
                                                        std::string const& path, std::vector<std::string> roots,
                                                        documents::Problems& problems);

} // namespace sluice::catalog
