#pragma once

#include "base/result.hpp"
#include "catalog/integration.hpp"
#include "http_api/query.hpp"
#include "tools/arguments.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::proxy {

/// The method that a REST proxy request means. A resource with only one item has `get` where others have `list`.
/// Errors: not_found, with the names that there are.
[[nodiscard]] Result<catalog::Method const*> rest_method(catalog::Integration const& integration,
                                                         std::string_view resource, std::string_view method);

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

/// Where a call goes on in a list: what a cursor contains.
struct Place {
    std::string position;  ///< Of the page, in the form of its paging style.
    std::int64_t skip = 0; ///< Records of that page that were given already.
    /// The limit with which the page was asked for, so that the same request is made again; 0 for none. Absent if
    /// `skip` is 0, and in a cursor that was sealed before cursors had it.
    std::optional<std::int64_t> limit;

    [[nodiscard]] static Place parse(std::string_view text);
    [[nodiscard]] std::string str() const;
};

/// The records that one vendor call is asked for, at a place and with the caller's limit; absent: the vendor decides.
[[nodiscard]] std::optional<std::int64_t> limit_at(Place const& place, catalog::Pagination const& pagination,
                                                   std::optional<std::int64_t> limit);

using paging::kEndlessNote;
/// The note if the vendor's cursor of the next page cannot be used.
inline constexpr std::string_view kStrangeNextNote =
    "There may be more records: the vendor's cursor of the next page is neither a text nor a number.";
/// The note if the vendor's cursor of the next page is too long for one of Sluice's, which has at most 8192 characters.
inline constexpr std::string_view kLongNextNote =
    "There may be more records: the vendor's cursor of the next page is too long to be passed on.";
inline constexpr std::size_t kLongestPosition = 6000;

} // namespace sluice::proxy
