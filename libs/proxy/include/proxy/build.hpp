#pragma once

#include "accounts/vault.hpp"
#include "base/result.hpp"
#include "catalog/method.hpp"
#include "http_api/client.hpp"
#include "tools/arguments.hpp"

#include <string>
#include <string_view>

namespace sluice::proxy {

/// A body that is sent unchanged (REST `body_passthrough`, or a body that is not JSON).
struct RawBody {
    std::string content_type;
    std::string bytes;
};

/// Makes the vendor request of a call. Pure. `base_url` has no slash at its end. The credential is added last.
/// `position` is the page's, in the form of the method's paging style; empty means the first page. Errors:
/// invalid_argument for a path value that is missing, empty, `.` or `..`.
[[nodiscard]] Result<http::OutgoingRequest> build(catalog::Method const& method, catalog::CallParts const& parts,
                                                  RawBody const* raw, std::string_view base_url,
                                                  accounts::Credential const& credential,
                                                  std::string_view position = {});

} // namespace sluice::proxy
