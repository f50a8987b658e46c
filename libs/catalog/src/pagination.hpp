#pragma once

#include "catalog/method.hpp"
#include "documents/source.hpp"

#include <string>

namespace sluice::catalog {

/// Reads a `pagination` of the manifest; null is a list of one page.
[[nodiscard]] Pagination read_pagination(json::value const* value, documents::Source const& source,
                                         std::string const& path, documents::Problems& problems);

} // namespace sluice::catalog
