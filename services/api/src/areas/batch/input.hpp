#pragma once

#include "base/json.hpp"
#include "base/result.hpp"
#include "batch/graph.hpp"
#include "call.hpp"

namespace sluice::api {

struct WantedBatch {
    IntegratedAccountId account;
    batch::Batch batch;
    bool explain = false; ///< The plan is only shown.
};

/// Reads `{integrated_account_id, args?, resources, explain?}`. An integrated-account token means its own account.
/// Errors: invalid_argument with every mistake; forbidden for another account than the token's.
[[nodiscard]] Result<WantedBatch> read_batch(Call const& call, json::object const& body);

} // namespace sluice::api
