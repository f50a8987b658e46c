#pragma once

#include "api/config.hpp"
#include "base/json.hpp"
#include "call.hpp"
#include "identity/sign_in.hpp"

namespace sluice::api {

// What the ways to sign in share.

/// The body of a request that may sign somebody in. It comes from a page of ours, so that no other site signs a person
/// in as somebody else. Errors: forbidden, also if these pages may have no cookies; those of `http::read_object`.
[[nodiscard]] Result<json::object> read_page_body(http::Request const& request, Config const& config);
/// Who asks, with the device cookie of their browser.
[[nodiscard]] identity::Client client_of(Call const& call, Config const& config);
/// Gives the browser the cookies of a session that has begun.
void add_session_cookies(http::Response& response, identity::Opened const& opened, Config const& config);

} // namespace sluice::api
