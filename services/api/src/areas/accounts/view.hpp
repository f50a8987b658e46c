#pragma once

#include "accounts/account.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "tools/tool.hpp"

#include <string_view>

namespace sluice::api {

[[nodiscard]] json::object account_view(accounts::Account const& account);

/// A tool in the form of a model provider's API: `openai`, `anthropic`, `gemini` or `mcp`; in Sluice's own form if
/// `format` is empty. Errors: invalid_argument at `format`.
[[nodiscard]] Result<json::object> tool_view(tools::Tool const& tool, std::string_view format);

} // namespace sluice::api
