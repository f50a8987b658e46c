#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "http_api/message.hpp"
#include "http_api/query.hpp"
#include "proxy/build.hpp"

#include <optional>

namespace sluice::api {

/// The body of a call of a vendor: sent as it came; JSON is read too.
struct ProxyBody {
    std::optional<json::value> value;
    std::optional<proxy::RawBody> raw;
};
/// JSON is checked first, unless `body_passthrough` is asked for, which is taken out of the query. Errors:
/// invalid_argument.
[[nodiscard]] Result<ProxyBody> read_body(http::Request const& request, http::Query& query);

} // namespace sluice::api
