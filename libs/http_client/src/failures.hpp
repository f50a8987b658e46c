#pragma once

#include "exchange.hpp"
#include "http_api/shares.hpp"
#include "http_api/url.hpp"

#include <string_view>

namespace sluice::http {

// What the caller is told when a call fails.

/// The error if there is no connection. `distrust` says why the server's certificate is not trusted, or is empty.
[[nodiscard]] Error unconnected(Url const& url, boost::system::error_code const& failure, std::string_view distrust);
/// The error of an attempt that was not answered.
[[nodiscard]] Error failed(Url const& url, Attempt const& attempt);
/// The error if a share of the calls in progress is used up. `what` is a host, or means all hosts.
[[nodiscard]] Error full_error(Shares::Full full, std::string_view what);
/// The error if an answer had no room. That of a write, which was made all the same, must not invite a retry.
[[nodiscard]] Error too_many_bytes(Shares::Full full, Method method, Url const& url);

} // namespace sluice::http
