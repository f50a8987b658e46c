#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<OperationHandlers> kRoutes[]{
    route<&OperationHandlers::healthz>(Method::get, "/healthz", Access::open, kNoBody, kAnyQuery),
    route<&OperationHandlers::specification>(Method::get, "/openapi.yaml", Access::link, kNoBody, kAnyQuery),
    route<&OperationHandlers::reference>(Method::get, "/reference", Access::link, kNoBody, kAnyQuery),
};
// clang-format on

} // namespace

Area operation_area()
{
    return area_of<OperationHandlers>(kRoutes);
}

} // namespace sluice::api
