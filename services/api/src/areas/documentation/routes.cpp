#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<DocumentationHandlers> kRoutes[]{
    route<&DocumentationHandlers::list>(Method::get, "/documentation", Permission::integrations_read, kNoBody, kFilters),
    route<&DocumentationHandlers::create>(Method::post, "/documentation", Permission::integrations_write, kSmallBody),
    route<&DocumentationHandlers::get>(Method::get, "/documentation/{id}", Permission::integrations_read, kNoBody),
    route<&DocumentationHandlers::patch>(Method::patch, "/documentation/{id}", Permission::integrations_write, kSmallBody),
    route<&DocumentationHandlers::remove>(Method::delete_, "/documentation/{id}", Permission::integrations_write, kNoBody),
};
// clang-format on

} // namespace

Area documentation_area()
{
    return area_of<DocumentationHandlers>(kRoutes);
}

} // namespace sluice::api
