#pragma once

#include "accounts/vault.hpp"
#include "base/deadline.hpp"
#include "base/result.hpp"
#include "http_api/client.hpp"
#include "runtime/task.hpp"

namespace sluice::accounts {

/// Takes back at the vendor what an account that is being deleted was granted, where the vendor has a way to (RFC
/// 7009). Errors: those of asking the vendor. A token that is dead already is no error.
Task<Result<void>> revoke(http::Client& client, CallableAccountPtr account, Deadline deadline);

} // namespace sluice::accounts
