#pragma once

#include "api/config.hpp"
#include "http_api/message.hpp"

#include <string>
#include <vector>

namespace sluice::api {

// The cookie that binds a connection by way of a vendor's page to the browser that began it: values of 32 random bytes,
// the newest first, of the few connections that a browser can be at.

/// Whether cookies may go to these pages: over TLS, or to this machine alone.
[[nodiscard]] bool may_have_cookies(Config const& config);
/// What this browser was given before, the newest first.
[[nodiscard]] std::vector<std::string> cookies_in(http::Request const& request, Config const& config);
[[nodiscard]] std::string new_cookie();
/// The `Set-Cookie` that puts `fresh` before what is `known`.
[[nodiscard]] std::string set_cookie(std::string const& fresh, std::vector<std::string> known, Config const& config);

} // namespace sluice::api
