#pragma once

#include "call.hpp"
#include "tenancy/api_tokens.hpp"

namespace sluice::api {

/// The token of `Authorization: Bearer`; empty if there is none.
[[nodiscard]] std::string_view bearer_of(http::Request const& request);

/// Recognises the API token of a request (`Authorization: Bearer`) and sets `call.caller`.
/// Errors: unauthenticated, unavailable.
Task<Result<void>> identify(Call& call, tenancy::ApiTokens& tokens);

} // namespace sluice::api
