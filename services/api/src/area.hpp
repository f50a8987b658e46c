#pragma once

#include "call.hpp"
#include "http_api/message.hpp"
#include "query_parameters.hpp"
#include "tenancy/permissions.hpp"

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sluice::api {

struct ShardParts;

/// Who may call a route.
enum class Access {
    open,          ///< Anyone.
    mcp_token,     ///< The holder of an MCP URL; `mcp::Endpoint` checks its token.
    link,          ///< The holder of a link, or who has none yet; the handlers check token, cookie, code or password.
    session,       ///< A user who has signed in, about themselves.
    caller,        ///< An API token or a user who has signed in, with the permission that the route needs.
    account_token, ///< The holder of an integrated-account token.
    any_token,     ///< An integrated-account token, or an API token with the permission that the route needs.
};

[[nodiscard]] constexpr bool takes_caller(Access access)
{
    return access != Access::open && access != Access::mcp_token && access != Access::link;
}

// The most bytes of a request's body.
inline constexpr std::size_t kNoBody = 64 * 1024;   ///< Some clients send a body with GET or DELETE.
inline constexpr std::size_t kLinkBody = 64 * 1024; ///< Small, since only the handler finds out who the caller is.
inline constexpr std::size_t kSmallBody = 1024 * 1024;
inline constexpr std::size_t kWholeBody = 8 * 1024 * 1024; ///< Of a body for a vendor that is read whole.
/// The handler reads the body, from `http::Request::source` if it did not come at once; `proxy.upload_limit` bounds it.
inline constexpr std::size_t kStreamedBody = std::numeric_limits<std::size_t>::max();

/// One route: its properties, and the function that answers it. A test compares all routes with api-spec/openapi.yaml.
struct Route {
    http::Method method;
    std::string_view path; ///< With placeholders: `/webhook/{id}`.
    Access access;
    std::optional<tenancy::Permission> needs; ///< Set for `Access::caller` and `any_token`.
    std::size_t body_limit;
    HandlerResult (*answer)(void* handlers, Call& call);
    QueryParameters query{}; ///< Of a GET.
    /// Set for routes with `Access::mcp_token`, and called before the body is read. Gives the answer if the call is
    /// refused; otherwise sets the environment of the call.
    Task<Result<std::optional<http::Response>>> (*refuse_stranger)(void* handlers, Call& call) = nullptr;
    /// Whether a request with an `Idempotency-Key` is carried out once only. Set for all routes of the data plane that
    /// may change something at a vendor.
    bool is_keyed = false;
};

/// A route that one class answers.
template <class Handlers>
struct RouteOf : Route {};

template <class Handlers>
Handlers handlers_of(HandlerResult (Handlers::*)(Call&));

/// A route that is answered by the member function `kAnswer` of an area's handlers, for those who need no permission.
template <auto kAnswer>
constexpr auto route(http::Method method, std::string_view path, Access access, std::size_t body_limit,
                     QueryParameters query = {})
{
    using Handlers = decltype(handlers_of(kAnswer));
    return RouteOf<Handlers>{
        {method, path, access, std::nullopt, body_limit,
         [](void* handlers, Call& call) { return (static_cast<Handlers*>(handlers)->*kAnswer)(call); }, query}};
}

/// A route for callers who have a permission.
template <auto kAnswer>
constexpr auto route(http::Method method, std::string_view path, tenancy::Permission needs, std::size_t body_limit,
                     QueryParameters query = {})
{
    auto made = route<kAnswer>(method, path, Access::caller, body_limit, query);
    made.needs = needs;
    return made;
}

/// Makes a route one of the data plane: it takes integrated-account tokens too, and no session.
template <class Handlers>
constexpr RouteOf<Handlers> data_plane(RouteOf<Handlers> route)
{
    route.access = Access::any_token;
    return route;
}

/// Makes a route of the data plane carry out a request with an `Idempotency-Key` once only (`Dispatcher::make_once`).
template <class Handlers>
constexpr RouteOf<Handlers> keyed(RouteOf<Handlers> route)
{
    route.is_keyed = true;
    return data_plane(route);
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
