#pragma once

#include "base/error.hpp"
#include "base/json.hpp"

#include <string>
#include <string_view>

namespace sluice::http {

/// The error envelope of the API (api-spec, `Error`): `{statusCode, error, message, details?}`. Also the text of an MCP
/// tool error, so that both say the same.
[[nodiscard]] json::object error_body(int status, std::string_view message);
[[nodiscard]] json::object error_body(Error const& error);

} // namespace sluice::http
