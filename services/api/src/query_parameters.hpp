#pragma once

#include "base/result.hpp"
#include "http_api/query.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace sluice::api {

/// The query parameters that a GET takes. `Dispatcher` refuses every other one, unless `takes_others`, so no
/// handler has to.
struct QueryParameters {
    static constexpr std::size_t kMost = 4;

    std::array<std::string_view, kMost> names{};
    bool takes_others = false;
};

/// Those of a list: the list itself refuses what is no filter of it.
inline constexpr QueryParameters kFilters{.takes_others = true};
/// The same value under another name, by which tests/spec tells the two apart. Whatever comes: a proxy's go to the
/// vendor, and browsers, vendors and load balancers add their own to the others.
inline constexpr QueryParameters kAnyQuery{.takes_others = true};

/// Errors: invalid_argument at each parameter that is not known.
[[nodiscard]] Result<void> check_query(http::Query const& query, QueryParameters const& known);

} // namespace sluice::api
