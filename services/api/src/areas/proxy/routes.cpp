#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

constexpr std::size_t kProxyBody = 8 * 1024 * 1024;

// clang-format off
constexpr RouteOf<ProxyHandlers> kRoutes[]{
    route<&ProxyHandlers::collection>(Method::get, "/proxy/{resource}", Access::any_token, kNoBody, kAnyQuery),
    route<&ProxyHandlers::collection>(Method::post, "/proxy/{resource}", Access::any_token, kProxyBody),
    route<&ProxyHandlers::item>(Method::get, "/proxy/{resource}/{item}", Access::any_token, kNoBody, kAnyQuery),
    route<&ProxyHandlers::item>(Method::post, "/proxy/{resource}/{item}", Access::any_token, kProxyBody),
    route<&ProxyHandlers::item>(Method::put, "/proxy/{resource}/{item}", Access::any_token, kProxyBody),
    route<&ProxyHandlers::item>(Method::patch, "/proxy/{resource}/{item}", Access::any_token, kProxyBody),
    route<&ProxyHandlers::item>(Method::delete_, "/proxy/{resource}/{item}", Access::any_token, kSmallBody),
};
// clang-format on

} // namespace

Area proxy_area()
{
    return area_of<ProxyHandlers>(kRoutes);
}

} // namespace sluice::api
