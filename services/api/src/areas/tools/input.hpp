#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "call.hpp"
#include "toolcalls/account_tools.hpp"

#include <cstddef>

namespace sluice::api {

/// As large as a message of MCP, since it carries the same arguments.
inline constexpr std::size_t kExecuteBodyLimit = 4UL * 1024 * 1024;

/// Reads `{integrated_account_id | tenant_id, arguments}` of a call of the tool that the path names. An
/// integrated-account token means its own account. Errors: invalid_argument with every mistake; forbidden for another
/// account than the token's.
[[nodiscard]] Result<toolcalls::NamedCall> read_execution(Call const& call, json::object body);

} // namespace sluice::api
