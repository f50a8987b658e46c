#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<InstallationHandlers> kRoutes[]{
    route<&InstallationHandlers::list>(Method::get, "/environment-integration", Access::api_token, kNoBody, kFilters),
    route<&InstallationHandlers::create>(Method::post, "/environment-integration", Access::api_token, kSmallBody),
    route<&InstallationHandlers::get>(Method::get, "/environment-integration/{id}", Access::api_token, kNoBody),
    route<&InstallationHandlers::patch>(Method::patch, "/environment-integration/{id}", Access::api_token, kSmallBody),
    route<&InstallationHandlers::remove>(Method::delete_, "/environment-integration/{id}", Access::api_token, kNoBody),
};
// clang-format on

} // namespace

Area installation_area()
{
    return area_of<InstallationHandlers>(kRoutes);
}

} // namespace sluice::api
