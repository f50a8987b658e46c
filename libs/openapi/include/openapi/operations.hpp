#pragma once

#include "documents/source.hpp"
#include "openapi/operation.hpp"

#include <map>
#include <set>
#include <string>

namespace sluice::openapi {

/// The operations of an OpenAPI 3.1 document, by operationId. Every `$ref` in parameters and bodies is inlined. The
/// body schemas of the operations in `raw` stay unchanged. Mistakes are added to `problems`; an operation with a
/// mistake is left out.
std::map<std::string, Operation> read_operations(documents::Source const& document, std::set<std::string> const& raw,
                                                 documents::Problems& problems);

} // namespace sluice::openapi
