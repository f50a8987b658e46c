#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<EnvironmentHandlers> kRoutes[]{
    route<&EnvironmentHandlers::list>(Method::get, "/environment", Permission::environment_read, kNoBody, kFilters),
    route<&EnvironmentHandlers::create>(Method::post, "/environment", Permission::team_write, kSmallBody),
    route<&EnvironmentHandlers::get>(Method::get, "/environment/{id}", Permission::environment_read, kNoBody),
    route<&EnvironmentHandlers::patch>(Method::patch, "/environment/{id}", Permission::environment_write, kSmallBody),
};
// clang-format on

} // namespace

Area environment_area()
{
    return area_of<EnvironmentHandlers>(kRoutes);
}

} // namespace sluice::api
