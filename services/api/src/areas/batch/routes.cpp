#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<BatchHandlers> kRoutes[]{
    keyed(route<&BatchHandlers::run>(Method::post, "/batch-request", Permission::calls_write, kSmallBody)),
};
// clang-format on

} // namespace

Area batch_area()
{
    return area_of<BatchHandlers>(kRoutes);
}

} // namespace sluice::api
