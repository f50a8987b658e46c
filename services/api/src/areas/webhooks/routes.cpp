#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<WebhookHandlers> kRoutes[]{
    route<&WebhookHandlers::list>(Method::get, "/webhook", Access::api_token, kNoBody, kFilters),
    route<&WebhookHandlers::create>(Method::post, "/webhook", Access::api_token, kSmallBody),
    route<&WebhookHandlers::send_test>(Method::post, "/webhook/test", Access::api_token, kSmallBody),
    route<&WebhookHandlers::get>(Method::get, "/webhook/{id}", Access::api_token, kNoBody),
    route<&WebhookHandlers::patch>(Method::patch, "/webhook/{id}", Access::api_token, kSmallBody),
    route<&WebhookHandlers::remove>(Method::delete_, "/webhook/{id}", Access::api_token, kNoBody),
    route<&WebhookHandlers::replay>(Method::post, "/webhook/{id}/replay", Access::api_token, kSmallBody),
    route<&WebhookHandlers::rotate_secret>(Method::post, "/webhook/{id}/rotate-secret", Access::api_token, kSmallBody),
    route<&WebhookHandlers::log>(Method::get, "/log", Access::api_token, kNoBody, kFilters),
};
// clang-format on

} // namespace

Area webhook_area()
{
    return area_of<WebhookHandlers>(kRoutes);
}

} // namespace sluice::api
