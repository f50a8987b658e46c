#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<IntegrationHandlers> kRoutes[]{
    route<&IntegrationHandlers::list>(Method::get, "/integration", Access::api_token, kNoBody, kFilters),
    route<&IntegrationHandlers::get>(Method::get, "/integration/{id}", Access::api_token, kNoBody),
};
// clang-format on

} // namespace

Area integration_area()
{
    return area_of<IntegrationHandlers>(kRoutes);
}

} // namespace sluice::api
