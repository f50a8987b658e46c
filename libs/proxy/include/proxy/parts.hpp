#pragma once

#include "base/result.hpp"
#include "catalog/method.hpp"
#include "http_api/query.hpp"
#include "tools/arguments.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::proxy {

/// Sorts a REST proxy request: the item's id from our path, parents' ids, `limit` and `next_cursor` from the query, the
/// rest of the query as it is. Errors: invalid_argument naming the parameter that is missing or malformed.
[[nodiscard]] Result<catalog::CallParts> rest_parts(catalog::Method const& method, std::optional<std::string> id,
                                                    http::Query query, std::optional<json::value> body);

/// Sorts flat arguments by the method's own parameters; the others are members of the body.
[[nodiscard]] catalog::CallParts flat_parts(catalog::Method const& method, json::object const& arguments);

/// What a cursor continues: it opens only for the same account, method and other values.
[[nodiscard]] std::string cursor_binding(std::string_view account, catalog::Method const& method,
                                         catalog::CallParts const& parts);

/// What is said where a list was ended because it led to a page that was given already.
inline constexpr std::string_view kEndlessNote =
    "The vendor says that the list goes on with a page that was given already, so it ends here.";
/// The same where what should lead to the next page is no cursor.
inline constexpr std::string_view kStrangeNextNote =
    "There may be more: what the vendor sends as the way to the next page is neither a text nor a number.";

} // namespace sluice::proxy
