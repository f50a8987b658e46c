#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<ConnectHandlers> kRoutes[]{
    route<&ConnectHandlers::page>(Method::get, "/connect", Access::link, kNoBody, kAnyQuery),
    route<&ConnectHandlers::page>(Method::get, "/connect/done", Access::link, kNoBody, kAnyQuery),
    route<&ConnectHandlers::asset>(Method::get, "/connect/assets/{file}", Access::link, kNoBody, kAnyQuery),
    route<&ConnectHandlers::sdk>(Method::get, "/sluice-link.js", Access::link, kNoBody, kAnyQuery),
    route<&ConnectHandlers::sdk_types>(Method::get, "/sluice-link.d.ts", Access::link, kNoBody, kAnyQuery),
    route<&ConnectHandlers::session>(Method::get, "/connect/session", Access::link, kNoBody),
    route<&ConnectHandlers::submit>(Method::post, "/connect/session", Access::link, kLinkBody),
    route<&ConnectHandlers::connection>(Method::get, "/connect/session/connection/{connection_id}", Access::link, kNoBody),
    route<&ConnectHandlers::start_page>(Method::get, "/connect/start", Access::link, kNoBody, kAnyQuery),
    route<&ConnectHandlers::start>(Method::post, "/connect/start", Access::link, kLinkBody),
    route<&ConnectHandlers::callback>(Method::get, "/connect/callback", Access::link, kNoBody, kAnyQuery),
    route<&ConnectHandlers::result>(Method::get, "/connect/result/{connection_id}", Access::link, kNoBody, {{"environment"}}),
};
// clang-format on

} // namespace

Area connect_area()
{
    return area_of<ConnectHandlers>(kRoutes);
}

} // namespace sluice::api
