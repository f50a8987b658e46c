#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<WebhookHandlers> kRoutes[]{
    route<&WebhookHandlers::list>(Method::get, "/webhook", Permission::webhooks_read, kNoBody, kFilters),
    route<&WebhookHandlers::create>(Method::post, "/webhook", Permission::webhooks_write, kSmallBody),
    route<&WebhookHandlers::send_test>(Method::post, "/webhook/test", Permission::webhooks_write, kSmallBody),
    route<&WebhookHandlers::get>(Method::get, "/webhook/{id}", Permission::webhooks_read, kNoBody),
    route<&WebhookHandlers::patch>(Method::patch, "/webhook/{id}", Permission::webhooks_write, kSmallBody),
    route<&WebhookHandlers::remove>(Method::delete_, "/webhook/{id}", Permission::webhooks_write, kNoBody),
    route<&WebhookHandlers::replay>(Method::post, "/webhook/{id}/replay", Permission::webhooks_write, kSmallBody),
    route<&WebhookHandlers::rotate_secret>(Method::post, "/webhook/{id}/rotate-secret", Permission::webhooks_write, kSmallBody),
};
// clang-format on

} // namespace

Area webhook_area()
{
    return area_of<WebhookHandlers>(kRoutes);
}

} // namespace sluice::api
