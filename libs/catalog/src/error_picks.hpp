#pragma once

#include "catalog/error_picks.hpp"
#include "mapping.hpp"

#include <memory>

namespace sluice::catalog {

/// Reads `errors` of the manifest: `message`, `code`, `fields`, and `status` (a number, or `{codes, path, default}`).
/// Mistakes are added to `problems`.
[[nodiscard]] ErrorPicks read_error_picks(json::value const* value, documents::Source const& source,
                                          documents::Problems& problems);

/// Reads `error_expression` of the root or of a method. Without one of its own, a method has that of the root, the
/// `fallback`. `null` says that no 2xx is an error; then it is null too.
[[nodiscard]] std::shared_ptr<Condition const> read_error_expression(Mapping& mapping, documents::Source const& source,
                                                                     std::shared_ptr<Condition const> fallback,
                                                                     documents::Problems& problems);

} // namespace sluice::catalog
