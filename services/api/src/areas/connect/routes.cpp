#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<ConnectHandlers> kRoutes[]{
    route<&ConnectHandlers::page>(Method::get, "/connect", Access::link, kNoBody),
    route<&ConnectHandlers::page>(Method::get, "/connect/done", Access::link, kNoBody),
    route<&ConnectHandlers::asset>(Method::get, "/connect/assets/{file}", Access::link, kNoBody),
    route<&ConnectHandlers::sdk>(Method::get, "/sluice-link.js", Access::link, kNoBody),
    route<&ConnectHandlers::session>(Method::get, "/connect/session", Access::link, kNoBody),
    route<&ConnectHandlers::submit>(Method::post, "/connect/session", Access::link, kLinkBody),
    route<&ConnectHandlers::connection>(Method::get, "/connect/session/connection/{connection_id}", Access::link, kNoBody),
    route<&ConnectHandlers::start_page>(Method::get, "/connect/start", Access::link, kNoBody),
    route<&ConnectHandlers::start>(Method::post, "/connect/start", Access::link, kLinkBody),
    route<&ConnectHandlers::callback>(Method::get, "/connect/callback", Access::link, kNoBody),
    route<&ConnectHandlers::result>(Method::get, "/connect/result/{connection_id}", Access::link, kNoBody),
};
// clang-format on

} // namespace

Area connect_area()
{
    return area_of<ConnectHandlers>(kRoutes);
}

} // namespace sluice::api
