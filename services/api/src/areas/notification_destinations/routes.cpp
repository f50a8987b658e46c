#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<NotificationDestinationHandlers> kRoutes[]{
    route<&NotificationDestinationHandlers::list>(Method::get, "/notification-destination", Permission::webhooks_read, kNoBody, kFilters),
    route<&NotificationDestinationHandlers::create>(Method::post, "/notification-destination", Permission::webhooks_write, kSmallBody),
    route<&NotificationDestinationHandlers::get>(Method::get, "/notification-destination/{id}", Permission::webhooks_read, kNoBody),
    route<&NotificationDestinationHandlers::patch>(Method::patch, "/notification-destination/{id}", Permission::webhooks_write, kSmallBody),
    route<&NotificationDestinationHandlers::remove>(Method::delete_, "/notification-destination/{id}", Permission::webhooks_write, kNoBody),
    route<&NotificationDestinationHandlers::test>(Method::post, "/notification-destination/{id}/test", Permission::webhooks_write, kSmallBody),
};
// clang-format on

} // namespace

Area notification_destination_area()
{
    return area_of<NotificationDestinationHandlers>(kRoutes);
}

} // namespace sluice::api
