#pragma once

#include "accounts/directory.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "http_api/query.hpp"
#include "tools/filter.hpp"
#include "tools/formats.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::api {

// Errors of all functions: invalid_argument with every mistake.

[[nodiscard]] Result<accounts::NewAccount> read_account(json::object const& body, EnvironmentId environment);
[[nodiscard]] Result<accounts::AccountPatch> read_account_patch(json::object const& body);

[[nodiscard]] Result<accounts::NewCredentials> read_credentials(json::object const& body);

/// `{id}`
[[nodiscard]] Result<IntegratedAccountId> read_account_id(json::object const& body);
/// `{ids}`, at most 100.
[[nodiscard]] Result<std::vector<IntegratedAccountId>> read_account_ids(json::object const& body);

/// Reads `format` of the query; nothing means Sluice's own form. Errors: invalid_argument at `format`.
[[nodiscard]] Result<std::optional<tools::Format>> read_tool_format(http::Query const& query);
/// Reads `methods` and `tags` of the query: lists with commas. Errors: invalid_argument for words that match no tool.
[[nodiscard]] Result<tools::ToolFilter> read_tool_filter(http::Query const& query, tools::ToolList const& tools);

} // namespace sluice::api
