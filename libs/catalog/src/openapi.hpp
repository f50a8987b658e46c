#pragma once

#include "catalog/method.hpp"
#include "catalog/source.hpp"

#include <map>
#include <set>
#include <string>

namespace sluice::catalog {

/// The operations of an OpenAPI 3.1 document by operationId, with every `$ref` of their request side inlined.
/// The body schemas of the operations named in `raw` stay as they are. Mistakes go to `problems`; an operation with one
/// is left out.
std::map<std::string, Method> read_operations(Source const& document, std::set<std::string> const& raw,
                                              Problems& problems);

} // namespace sluice::catalog
