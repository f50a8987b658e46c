#pragma once

#include "catalog/integration.hpp"
#include "documents/source.hpp"
#include "mapping.hpp"

#include <memory>

namespace sluice::catalog {

/// The schema of a composed method's arguments, from `arguments: {required, properties}`. A property with
/// `same_as: resource.method.argument` has the schema of that argument, with the other members in place of its own.
[[nodiscard]] json::value read_arguments(Mapping& mapping, documents::Source const& source,
                                         Integration const& integration, documents::Problems& problems);

/// The steps of a composed method with these arguments. Mistakes are added to `problems`.
[[nodiscard]] std::shared_ptr<Composition const> read_steps(Mapping& mapping, documents::Source const& source,
                                                            Integration const& integration,
                                                            json::value const& arguments,
                                                            documents::Problems& problems);

/// Reads `when`, `given` and `absent`. The caller checks the paths.
[[nodiscard]] When read_when(Mapping& mapping, documents::Source const& source, documents::Problems& problems);

/// What a composed method has of the methods that it calls: access, scopes, tags, pages. After its own tags are set.
void adopt_called(Method& method, Integration const& integration);

} // namespace sluice::catalog
