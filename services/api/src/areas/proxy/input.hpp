#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "http_api/message.hpp"
#include "http_api/query.hpp"
#include "proxy/build.hpp"

#include <optional>

namespace sluice::api {

/// The body of a vendor call. It is sent unchanged; JSON is read as well.
struct ProxyBody {
    std::optional<json::value> value;
    std::optional<proxy::RawBody> raw;
};
/// Reads the body. JSON is checked, unless the query has `body_passthrough`, which is removed from it. Errors:
/// invalid_argument.
[[nodiscard]] Result<ProxyBody> read_body(http::Request const& request, http::Query& query);

} // namespace sluice::api
