#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<LogHandlers> kRoutes[]{
    route<&LogHandlers::list>(Method::get, "/log", Permission::logs_read, kNoBody, kFilters),
    route<&LogHandlers::hours>(Method::get, "/log/hours", Permission::logs_read, kNoBody, kFilters),
    route<&LogHandlers::get>(Method::get, "/log/{id}", Permission::logs_read, kNoBody),
};
// clang-format on

} // namespace

Area log_area()
{
    return area_of<LogHandlers>(kRoutes);
}

} // namespace sluice::api
