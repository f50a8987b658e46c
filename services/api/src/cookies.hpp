#pragma once

#include "api/config.hpp"
#include "http_api/message.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::api {

/// Whether these pages may set cookies: only over TLS, or if only this machine reaches them.
[[nodiscard]] bool may_have_cookies(Config const& config);

/// The name of a cookie of ours. With https it begins with `__Host-`: no other host, also none of the same domain, can
/// set such a cookie (RFC 6265bis section 4.1.3.2).
[[nodiscard]] std::string cookie_name(Config const& config, std::string_view base);

/// The values of all cookies of that name, in the order in which the browser sent them.
[[nodiscard]] std::vector<std::string_view> cookie_values(http::Request const& request, std::string_view name);
/// The value, if there is exactly one of that name: two mean that somebody else has set one.
[[nodiscard]] std::optional<std::string_view> cookie_value(http::Request const& request, std::string_view name);

/// A `Set-Cookie` header: for this host alone, not for scripts, and not sent by requests that other sites make.
/// `plain_path` is the path without https; with it the path is `/`, as `__Host-` needs. A `max_age` of zero takes the
/// cookie away.
[[nodiscard]] std::string set_cookie(Config const& config, std::string_view base, std::string_view value,
                                     std::chrono::seconds max_age, std::string_view plain_path = "/");

} // namespace sluice::api
