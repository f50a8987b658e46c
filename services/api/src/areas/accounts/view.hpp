#pragma once

#include "accounts/account.hpp"
#include "base/json.hpp"
#include "tools/tool.hpp"

namespace sluice::limits {
class ShardLimits;
}

namespace sluice::api {

[[nodiscard]] json::object account_view(accounts::Account const& account);

/// A tool in Sluice's own form.
[[nodiscard]] json::object tool_view(tools::Tool const& tool);

/// The last known limits of the account, and where it stands with our own.
[[nodiscard]] json::object rate_limit_view(IntegratedAccountId account, limits::ShardLimits& limits);
/// The vendor's window of which least is left; null if none is known.
[[nodiscard]] json::value governing_view(IntegratedAccountId account, limits::ShardLimits& limits);

} // namespace sluice::api
