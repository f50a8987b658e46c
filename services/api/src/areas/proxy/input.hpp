#pragma once

#include "call.hpp"
#include "http_server/server.hpp"
#include "proxy/passthrough.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::api {

/// The part of a query that is the vendor's, unchanged: all but `integrated_account_id`.
[[nodiscard]] std::string query_of_vendor(std::string_view query);

/// The body of a vendor call. It is sent unchanged; JSON is read as well.
struct ProxyBody {
    std::optional<json::value> value;
    std::optional<proxy::RawBody> raw;
};
/// Reads the body of a proxy call. JSON is read whole and checked, unless the query has `body_passthrough`, which is
/// removed from it. Every other body stays a stream if it is one, unless the call may be repeated for several pages.
/// `refusal` is set if the body cannot be read. Errors: invalid_argument.
Task<Result<ProxyBody>> read_body(Call& call, bool is_repeated, http::BodyRoom& room,
                                  std::optional<http::Response>& refusal);

/// The body of a call with a path of the vendor's own.
struct CustomBody {
    std::optional<json::object> config; ///< Its member `methodConfig`, which is not the vendor's.
    std::optional<json::value> value;   ///< The rest, if there is a `config`.
    std::optional<proxy::RawBody> raw;  ///< The body as it is.
};
/// Reads such a body. JSON is looked into for `methodConfig`, unless it is compressed or its head says that it is
/// larger than what is read whole; then it stays a stream. `refusal` is set if it cannot be read. Errors:
/// invalid_argument.
Task<Result<CustomBody>> read_custom_body(Call& call, http::BodyRoom& room, std::optional<http::Response>& refusal);

} // namespace sluice::api
