#pragma once

#include "accounts/vault.hpp"
#include "base/result.hpp"
#include "catalog/method.hpp"
#include "http_api/client.hpp"
#include "tools/arguments.hpp"

#include <string>
#include <string_view>

namespace sluice::proxy {

/// A body that is sent as it came (REST `body_passthrough`, or not JSON).
struct RawBody {
    std::string content_type;
    std::string bytes;
};

/// The vendor request of a call. Pure. `base_url` has no final slash; the credential goes in last. `position` is that
/// of the page, as the method's paging style gave it; empty: the first. Errors: invalid_argument for a path value that
/// is missing, empty, `.` or `..`.
[[nodiscard]] Result<http::OutgoingRequest> build(catalog::Method const& method, catalog::CallParts const& parts,
                                                  RawBody const* raw, std::string_view base_url,
                                                  accounts::Credential const& credential,
                                                  std::string_view position = {});

} // namespace sluice::proxy
