#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "catalog/method.hpp"

namespace sluice::catalog {

/// Completes a method that a request makes for itself (REST `/custom`) from its `methodConfig`: `pagination`, `headers`
/// and `error_expression`, as a definition writes them. With `pagination` the method is a list. Nothing in it can name
/// another host, the authorization or credentials. Errors: invalid_argument at `methodConfig.<path>`.
[[nodiscard]] Result<void> apply_method_config(json::object const& config, Method& method);

} // namespace sluice::catalog
