#pragma once

#include "api/config.hpp"
#include "http_api/message.hpp"

#include <string>
#include <vector>

namespace sluice::api {

// The cookie that binds a connection through a vendor's page to the browser that began it. It has a value of 32 random
// bytes for each of the last few connections of the browser, the newest first.

/// The values that this browser got before, the newest first.
[[nodiscard]] std::vector<std::string> connect_cookies_in(http::Request const& request, Config const& config);
[[nodiscard]] std::string new_connect_cookie();
/// The `Set-Cookie` header with `fresh` before the `known` values.
[[nodiscard]] std::string set_connect_cookie(std::string const& fresh, std::vector<std::string> known,
                                             Config const& config);

} // namespace sluice::api
