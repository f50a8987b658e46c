#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<LiveHandlers> kRoutes[]{
    route<&LiveHandlers::open>(Method::get, "/live", Permission::accounts_read, kNoBody),
};
// clang-format on

} // namespace

Area live_area()
{
    return area_of<LiveHandlers>(kRoutes);
}

} // namespace sluice::api
