#pragma once

#include "base/json.hpp"
#include "safeguards/write_calls.hpp"

namespace sluice::api {

[[nodiscard]] json::object approval_view(safeguards::Approval const& approval);
/// The view with the code for the page of approval; the code is null if the page takes none any more.
[[nodiscard]] json::object approval_view_with_code(safeguards::Approval const& approval);

} // namespace sluice::api
