#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<ProxyHandlers> kRoutes[]{
    data_plane(route<&ProxyHandlers::collection>(Method::get, "/proxy/{resource}", Permission::calls_read, kNoBody, kAnyQuery)),
    keyed(route<&ProxyHandlers::collection>(Method::post, "/proxy/{resource}", Permission::calls_write, kStreamedBody)),
    data_plane(route<&ProxyHandlers::item>(Method::get, "/proxy/{resource}/{item}", Permission::calls_read, kNoBody, kAnyQuery)),
    keyed(route<&ProxyHandlers::item>(Method::post, "/proxy/{resource}/{item}", Permission::calls_write, kStreamedBody)),
    keyed(route<&ProxyHandlers::item>(Method::put, "/proxy/{resource}/{item}", Permission::calls_write, kStreamedBody)),
    keyed(route<&ProxyHandlers::item>(Method::patch, "/proxy/{resource}/{item}", Permission::calls_write, kStreamedBody)),
    keyed(route<&ProxyHandlers::item>(Method::delete_, "/proxy/{resource}/{item}", Permission::calls_write, kSmallBody)),
    data_plane(route<&ProxyHandlers::custom>(Method::get, "/custom/{path...}", Permission::calls_read, kSmallBody, kAnyQuery)),
    data_plane(route<&ProxyHandlers::custom>(Method::head, "/custom/{path...}", Permission::calls_read, kNoBody)),
    keyed(route<&ProxyHandlers::custom>(Method::post, "/custom/{path...}", Permission::calls_write, kStreamedBody)),
    keyed(route<&ProxyHandlers::custom>(Method::put, "/custom/{path...}", Permission::calls_write, kStreamedBody)),
    keyed(route<&ProxyHandlers::custom>(Method::patch, "/custom/{path...}", Permission::calls_write, kStreamedBody)),
    keyed(route<&ProxyHandlers::custom>(Method::delete_, "/custom/{path...}", Permission::calls_write, kStreamedBody)),
};
// clang-format on

} // namespace

Area proxy_area()
{
    return area_of<ProxyHandlers>(kRoutes);
}

} // namespace sluice::api
