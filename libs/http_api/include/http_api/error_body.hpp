#pragma once

#include "base/error.hpp"
#include "base/json.hpp"

#include <string>
#include <string_view>

namespace sluice::http {

/// The error body of the API (api-spec, `Error`): `{statusCode, error, message, details?}`. It is also the text of an
/// MCP tool error.
[[nodiscard]] json::object error_body(int status, std::string_view message);
[[nodiscard]] json::object error_body(Error const& error);

} // namespace sluice::http
