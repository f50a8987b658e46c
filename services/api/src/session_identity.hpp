#pragma once

#include "api/config.hpp"
#include "area.hpp"
#include "call.hpp"
#include "identity/sessions.hpp"

namespace sluice::api {

/// The base of the name of the cookie that holds a session (`cookie_name`).
inline constexpr std::string_view kSessionCookie = "session";

/// Whether the request comes from a page of ours: it has our header, which other sites cannot send without a preflight
/// that is never granted, and a change has JSON and our origin besides. Errors: forbidden, with what is missing.
[[nodiscard]] Result<void> check_is_of_page(http::Request const& request, Config const& config);

/// Recognises the session of a request without a token. Sets `call.caller`, in the environment that
/// `Sluice-Environment` names. Errors: unauthenticated; forbidden (not of a page of ours, or without the permission
/// that the route needs); not_found for an environment of others; invalid_argument if the route needs an environment
/// and none is named; unavailable.
Task<Result<void>> identify_session(Call& call, Route const& route, identity::Sessions& sessions, Config const& config);

} // namespace sluice::api
