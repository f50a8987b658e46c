#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<ConnectFormHandlers> kRoutes[]{
    route<&ConnectFormHandlers::get>(Method::get, "/connect/form", Access::link, kNoBody),
    route<&ConnectFormHandlers::submit>(Method::post, "/connect/form", Access::link, kLinkBody),
    route<&ConnectFormHandlers::options>(Method::post, "/connect/form/options", Access::link, kLinkBody),
};
// clang-format on

} // namespace

Area connect_form_area()
{
    return area_of<ConnectFormHandlers>(kRoutes);
}

} // namespace sluice::api
