#pragma once

#include "call.hpp"
#include "http_api/message.hpp"
#include "query_parameters.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace sluice::api {

struct ShardParts;

/// Who may call a route.
enum class Access {
    open,          ///< Anyone.
    mcp_token,     ///< The holder of an MCP URL; `mcp::Endpoint` checks its token.
    link,          ///< The holder of a link; the handlers check its token, cookie or code.
    api_token,     ///< The holder of an API token.
    account_token, ///< The holder of an integrated-account token.
    any_token,     ///< Either.
};

// The most bytes of a request's body.
inline constexpr std::size_t kNoBody = 64 * 1024;   ///< Some clients send a body with GET or DELETE.
inline constexpr std::size_t kLinkBody = 64 * 1024; ///< Small, since only the handler finds out who the caller is.
inline constexpr std::size_t kSmallBody = 1024 * 1024;

/// One route: its properties, and the function that answers it. A test compares all routes with api-spec/openapi.yaml.
struct Route {
    http::Method method;
    std::string_view path; ///< With placeholders: `/webhook/{id}`.
    Access access;
    std::size_t body_limit;
    HandlerResult (*answer)(void* handlers, Call& call);
    QueryParameters query{}; ///< Of a GET.
    /// Set for routes with `Access::mcp_token`, and called before the body is read. Gives the answer if the call is
    /// refused; otherwise sets the environment of the call.
    Task<Result<std::optional<http::Response>>> (*refuse_stranger)(void* handlers, Call& call) = nullptr;
};

/// A route that one class answers.
template <class Handlers>
struct RouteOf : Route {};

template <class Handlers>
Handlers handlers_of(HandlerResult (Handlers::*)(Call&));

/// A route that is answered by the member function `kAnswer` of an area's handlers.
template <auto kAnswer>
constexpr auto route(http::Method method, std::string_view path, Access access, std::size_t body_limit,
                     QueryParameters query = {})
{
    using Handlers = decltype(handlers_of(kAnswer));
    return RouteOf<Handlers>{
        {method, path, access, body_limit,
         [](void* handlers, Call& call) { return (static_cast<Handlers*>(handlers)->*kAnswer)(call); }, query}};
}

/// One subject of the API: its routes, and how to make their handlers. `areas.cpp` lists all areas.
struct Area {
    std::vector<Route> routes;
    /// Makes the handlers of one shard. The parts outlive them.
    std::shared_ptr<void> (*make)(ShardParts const& parts);
};

/// An area whose routes are answered by member functions of `Handlers`.
template <class Handlers>
Area area_of(std::span<RouteOf<Handlers> const> routes)
{
    return {{routes.begin(), routes.end()},
            [](ShardParts const& parts) -> std::shared_ptr<void> { return std::make_shared<Handlers>(parts); }};
}

} // namespace sluice::api
