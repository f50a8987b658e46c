#pragma once

#include "accounts/vault.hpp"
#include "base/result.hpp"
#include "catalog/method.hpp"
#include "http_api/client.hpp"
#include "proxy/passthrough.hpp"
#include "tools/arguments.hpp"

#include <string>
#include <string_view>

namespace sluice::proxy {

/// Makes the vendor request of a call. Pure. `base_url` has no slash at its end. The credential is added last.
/// `through` may be null; its headers replace those that the definition would send. `position` is the page's, in the
/// form of the method's paging style; empty means the first page. Errors: invalid_argument for a path value that is
/// missing, empty, `.` or `..`, for a position of another style, and for a body that is no JSON object where the page
/// is asked for in it.
[[nodiscard]] Result<http::OutgoingRequest> build(catalog::Method const& method, catalog::CallParts const& parts,
                                                  Passthrough const* through, std::string_view base_url,
                                                  accounts::Credential const& credential,
                                                  std::string_view position = {});

} // namespace sluice::proxy
