#pragma once

#include "documents/source.hpp"
#include "openapi/operation.hpp"

#include <map>
#include <set>
#include <string>

namespace sluice::openapi {

/// The operations of an OpenAPI 3.1 document by operationId, with every `$ref` of their request side inlined.
/// The body schemas of the operations named in `raw` stay as they are. Mistakes go to `problems`; an operation with one
/// is left out.
std::map<std::string, Operation> read_operations(documents::Source const& document, std::set<std::string> const& raw,
                                                 documents::Problems& problems);

} // namespace sluice::openapi
