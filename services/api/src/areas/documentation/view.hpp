#pragma once

#include "accounts/installation.hpp"
#include "base/json.hpp"

namespace sluice::api {

[[nodiscard]] json::object documentation_view(accounts::DocumentationRow const& documentation);

} // namespace sluice::api
