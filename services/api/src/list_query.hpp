#pragma once

#include "base/result.hpp"
#include "call.hpp"
#include "crypto/cursor_sealer.hpp"
#include "tenancy/page.hpp"

#include <string>

namespace sluice::api {

/// Reads `limit`, `next_cursor`, `sort_by[created_at]` and the filters (`field=…`, `field[op]=…`) of a platform list.
/// Errors: invalid_argument at the parameter.
[[nodiscard]] Result<tenancy::ListQuery> read_list_query(Call const& call, crypto::CursorSealer const& cursors);

/// `next_cursor` of a page, or null.
[[nodiscard]] json::value next_cursor_of(Call const& call, crypto::CursorSealer const& cursors,
                                         std::optional<Uuid> const& next);

/// The answer with a list: `{result, next_cursor, limit}`.
[[nodiscard]] http::Response list_response(json::array items, json::value next_cursor, std::int64_t limit);

} // namespace sluice::api
