#pragma once

#include "call.hpp"
#include "http_api/message.hpp"

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
    mcp_token,     ///< Whoever has the URL; the endpoint checks.
    link,          ///< Whoever has a link of ours; the handlers check its token, cookie or code.
    api_token,     ///< The holder of an API token.
    account_token, ///< The holder of an integrated-account token.
    any_token,     ///< Either.
};

// What a request's body may have.
inline constexpr std::size_t kNoBody = 64 * 1024; ///< Some clients send one with GET or DELETE.
inline constexpr std::size_t kLinkBody =
    64 * 1024; ///< All that somebody may bring who is known only once the handler looks.
inline constexpr std::size_t kSmallBody = 1024 * 1024;

/// One route: what is fixed about it, and who answers. A test compares all of them with api-spec/openapi.yaml.
struct Route {
    http::Method method;
    std::string_view path; ///< With placeholders: `/webhook/{id}`.
    Access access;
    std::size_t body_limit;
    HandlerResult (*answer)(void* handlers, Call& call);
    /// Of routes for holders of an MCP token: the answer to a call that may not bring a body; else whose call it is
    /// stands in it.
    Task<Result<std::optional<http::Response>>> (*refuse_stranger)(void* handlers, Call& call) = nullptr;
};

/// A route that one class answers.
template <class Handlers>
struct RouteOf : Route {};

template <class Handlers>
Handlers handlers_of(HandlerResult (Handlers::*)(Call&));

/// A route that the member function `kAnswer` of an area's handlers answers.
template <auto kAnswer>
constexpr auto route(http::Method method, std::string_view path, Access access, std::size_t body_limit)
{
    using Handlers = decltype(handlers_of(kAnswer));
    return RouteOf<Handlers>{{method, path, access, body_limit, [](void* handlers, Call& call) {
                                  return (static_cast<Handlers*>(handlers)->*kAnswer)(call);
                              }}};
}

/// One subject of the API: its routes, and who answers them. `areas.cpp` lists all.
struct Area {
    std::vector<Route> routes;
    /// The handlers of one shard, which outlives them.
    std::shared_ptr<void> (*make)(ShardParts const& parts);
};

/// An area whose routes the member functions of `Handlers` answer.
template <class Handlers>
Area area_of(std::span<RouteOf<Handlers> const> routes)
{
    return {{routes.begin(), routes.end()},
            [](ShardParts const& parts) -> std::shared_ptr<void> { return std::make_shared<Handlers>(parts); }};
}

} // namespace sluice::api
