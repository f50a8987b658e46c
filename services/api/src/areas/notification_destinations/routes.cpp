#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<NotificationDestinationHandlers> kRoutes[]{
    route<&NotificationDestinationHandlers::list>(Method::get, "/notification-destination", Access::api_token, kNoBody, kFilters),
    route<&NotificationDestinationHandlers::create>(Method::post, "/notification-destination", Access::api_token, kSmallBody),
    route<&NotificationDestinationHandlers::get>(Method::get, "/notification-destination/{id}", Access::api_token, kNoBody),
    route<&NotificationDestinationHandlers::patch>(Method::patch, "/notification-destination/{id}", Access::api_token, kSmallBody),
    route<&NotificationDestinationHandlers::remove>(Method::delete_, "/notification-destination/{id}", Access::api_token, kNoBody),
    route<&NotificationDestinationHandlers::test>(Method::post, "/notification-destination/{id}/test", Access::api_token, kSmallBody),
};
// clang-format on

} // namespace

Area notification_destination_area()
{
    return area_of<NotificationDestinationHandlers>(kRoutes);
}

} // namespace sluice::api
