#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "tenancy/tenancy.hpp"

namespace sluice::api {

// Errors: invalid_argument for every mistake.

/// `{name}`
[[nodiscard]] Result<std::string> read_new_environment(json::object const& body);
[[nodiscard]] Result<tenancy::EnvironmentChange> read_environment_patch(json::object const& body);

} // namespace sluice::api
