#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<IntegrationHandlers> kRoutes[]{
    route<&IntegrationHandlers::list>(Method::get, "/integration", Permission::integrations_read, kNoBody, kFilters),
    route<&IntegrationHandlers::get>(Method::get, "/integration/{id}", Permission::integrations_read, kNoBody),
};
// clang-format on

} // namespace

Area integration_area()
{
    return area_of<IntegrationHandlers>(kRoutes);
}

} // namespace sluice::api
