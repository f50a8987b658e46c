#pragma once

#include "base/result.hpp"
#include "catalog/method.hpp"
#include "http_api/query.hpp"
#include "tools/arguments.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::proxy {

/// The parts of a REST proxy request. `id` is the item's, from the path of the request. The query gives the parents'
/// ids, `limit` and `next_cursor`; its other parameters are sent on unchanged. Errors: invalid_argument at the
/// parameter that is missing or malformed.
[[nodiscard]] Result<catalog::CallParts> rest_parts(catalog::Method const& method, std::optional<std::string> id,
                                                    http::Query query, std::optional<json::value> body);

/// The parts of a call with flat arguments: those that are parameters of the method, and the others as members of the
/// body.
[[nodiscard]] catalog::CallParts flat_parts(catalog::Method const& method, json::object const& arguments);

/// The binding with which a cursor is sealed: it opens only for the same account, method and other values.
[[nodiscard]] std::string cursor_binding(std::string_view account, catalog::Method const& method,
                                         catalog::CallParts const& parts);

/// The note if a list ends because its cursor leads to a page that was read before.
inline constexpr std::string_view kEndlessNote =
    "The vendor says that the list goes on with a page that was given already, so it ends here.";
/// The note if the vendor's cursor of the next page cannot be used.
inline constexpr std::string_view kStrangeNextNote =
    "There may be more records: the vendor's cursor of the next page is neither a text nor a number.";

} // namespace sluice::proxy
