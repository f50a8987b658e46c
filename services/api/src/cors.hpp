#pragma once

#include "area.hpp"
#include "http_api/message.hpp"
#include "http_server/router.hpp"

#include <optional>
#include <span>

namespace sluice::api {

// Cross-origin requests (Fetch standard, "HTTP CORS protocol") of pages that hold an integrated-account token. Nothing
// else of the REST API is for pages of other sites: an API token does not belong into a browser, and a session's cookie
// is not sent from there. MCP has rules of its own (`mcp::Endpoint`).

/// The answer to a preflight request for a route that takes integrated-account tokens; nothing if `request` is none. A
/// preflight has no token, so whether the site may use it is checked with the request itself. Sets `index` to the
/// route.
[[nodiscard]] std::optional<http::Response> preflight(http::Request const& request, http::Router const& router,
                                                      std::span<Route const> routes, std::size_t& index);

/// Lets the page read the answer, also that of a refusal, if `request` has an integrated-account token.
void add_cors(http::Request const& request, http::Response& response);

} // namespace sluice::api
