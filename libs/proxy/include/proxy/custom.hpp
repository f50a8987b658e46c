#pragma once

#include "base/result.hpp"
#include "catalog/integration.hpp"
#include "http_api/message.hpp"

#include <string>
#include <string_view>

namespace sluice::proxy {

/// Makes a method for one request with a path of the vendor's own. `path` follows the slash after the account's base
/// URL; `query` is what follows the question mark. Both stay as they are written, so they are checked: a path must not
/// lead out of the base URL, and the query must not set the credential. The query is the last part of the method's
/// path. GET and HEAD are reads, all others are writes. Errors: invalid_argument at `path` or at the parameter of the
/// query; not_allowed for another HTTP method.
[[nodiscard]] Result<catalog::Method> custom_method(http::Method method, std::string_view path, std::string_view query,
                                                    catalog::Integration const& integration);

} // namespace sluice::proxy
