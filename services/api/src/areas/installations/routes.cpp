#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<InstallationHandlers> kRoutes[]{
    route<&InstallationHandlers::list>(Method::get, "/environment-integration", Permission::integrations_read, kNoBody, kFilters),
    route<&InstallationHandlers::create>(Method::post, "/environment-integration", Permission::integrations_write, kSmallBody),
    route<&InstallationHandlers::get>(Method::get, "/environment-integration/{id}", Permission::integrations_read, kNoBody),
    route<&InstallationHandlers::patch>(Method::patch, "/environment-integration/{id}", Permission::integrations_write, kSmallBody),
    route<&InstallationHandlers::remove>(Method::delete_, "/environment-integration/{id}", Permission::integrations_write, kNoBody),
};
// clang-format on

} // namespace

Area installation_area()
{
    return area_of<InstallationHandlers>(kRoutes);
}

} // namespace sluice::api
