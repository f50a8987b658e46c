#pragma once

#include "accounts/account.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "tools/tool.hpp"

#include <string_view>

namespace sluice::api {

[[nodiscard]] json::object account_view(accounts::Account const& account);

/// A tool as a provider's API takes it: `openai`, `anthropic`, `gemini` or `mcp`; ours if `format` is empty. Errors:
/// invalid_argument at `format`.
[[nodiscard]] Result<json::object> tool_view(tools::Tool const& tool, std::string_view format);

} // namespace sluice::api
