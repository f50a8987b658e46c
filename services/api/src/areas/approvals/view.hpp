#pragma once

#include "base/json.hpp"
#include "safeguards/write_calls.hpp"

namespace sluice::api {

[[nodiscard]] json::object approval_view(safeguards::Approval const& approval);
/// With the code that decides on the page; null if it opens nothing any more.
[[nodiscard]] json::object approval_view_with_code(safeguards::Approval const& approval);

} // namespace sluice::api
