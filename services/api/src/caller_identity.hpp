#pragma once

#include "accounts/account_tokens.hpp"
#include "api/config.hpp"
#include "area.hpp"
#include "identity/sessions.hpp"
#include "tenancy/api_tokens.hpp"

namespace sluice::api {

/// What recognises callers, of one shard. All must outlive the dispatcher.
struct Recognisers {
    tenancy::ApiTokens& tokens;
    accounts::AccountTokens& account_tokens;
    identity::Sessions& sessions;
};

/// Recognises the caller of a request: by its token, or if it has none by the cookie of its session. Sets
/// `call.caller`. Errors: unauthenticated; forbidden if the permission that the route needs is missing, or as
/// `identify_session`; rate_limited; unavailable.
Task<Result<void>> identify(Call& call, Route const& route, Recognisers const& recognisers, Config const& config);

} // namespace sluice::api
