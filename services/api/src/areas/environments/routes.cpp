#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<EnvironmentHandlers> kRoutes[]{
    route<&EnvironmentHandlers::list>(Method::get, "/environment", Access::api_token, kNoBody, kFilters),
    route<&EnvironmentHandlers::get>(Method::get, "/environment/{id}", Access::api_token, kNoBody),
    route<&EnvironmentHandlers::patch>(Method::patch, "/environment/{id}", Access::api_token, kSmallBody),
};
// clang-format on

} // namespace

Area environment_area()
{
    return area_of<EnvironmentHandlers>(kRoutes);
}

} // namespace sluice::api
