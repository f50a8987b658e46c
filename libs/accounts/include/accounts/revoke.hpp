#pragma once

#include "accounts/vault.hpp"
#include "base/deadline.hpp"
#include "base/result.hpp"
#include "http_api/client.hpp"
#include "runtime/task.hpp"

namespace sluice::accounts {

/// Revokes the grant of an account that is being deleted, if the vendor has an endpoint for that (RFC 7009). A token
/// that is dead already is no error. Errors: those of `http::Client::send`.
Task<Result<void>> revoke(http::Client& client, CallableAccountPtr account, Deadline deadline);

} // namespace sluice::accounts
