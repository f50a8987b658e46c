#pragma once

#include "accounts/account_tokens.hpp"
#include "area.hpp"
#include "tenancy/api_tokens.hpp"

namespace sluice::api {

/// Recognises whose token the request carries and sets `call.caller`, and `call.account` for an integrated-account
/// token where the route takes one. Errors: unauthenticated, rate_limited, unavailable.
Task<Result<void>> identify(Call& call, Access access, tenancy::ApiTokens& tokens,
                            accounts::AccountTokens& account_tokens);

} // namespace sluice::api
