#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<AuditHandlers> kRoutes[]{
    route<&AuditHandlers::list>(Method::get, "/audit-log", Permission::audit_read, kNoBody, kFilters),
};
// clang-format on

} // namespace

Area audit_area()
{
    return area_of<AuditHandlers>(kRoutes);
}

} // namespace sluice::api
