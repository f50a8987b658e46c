#pragma once

#include "accounts/account_tokens.hpp"
#include "area.hpp"
#include "tenancy/api_tokens.hpp"

namespace sluice::api {

/// Recognises the token of a request. Sets `call.caller`; for an integrated-account token, if the route takes one, also
/// `call.account`. Errors: unauthenticated, rate_limited, unavailable.
Task<Result<void>> identify(Call& call, Access access, tenancy::ApiTokens& tokens,
                            accounts::AccountTokens& account_tokens);

} // namespace sluice::api
