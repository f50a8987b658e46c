#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<LinkHandlers> kRoutes[]{
    route<&LinkHandlers::create_token>(Method::post, "/link-token", Access::api_token, kSmallBody),
    route<&LinkHandlers::create_connection>(Method::post, "/connection", Access::api_token, kSmallBody),
    route<&LinkHandlers::get_connection>(Method::get, "/connection/{id}", Access::api_token, kNoBody, {{"wait_s"}}),
};
// clang-format on

} // namespace

Area link_area()
{
    return area_of<LinkHandlers>(kRoutes);
}

} // namespace sluice::api
