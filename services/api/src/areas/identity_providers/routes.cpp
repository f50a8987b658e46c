#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<IdentityProviderHandlers> kRoutes[]{
    route<&IdentityProviderHandlers::list>(Method::get, "/identity-provider", Permission::people_read, kNoBody, kFilters),
    route<&IdentityProviderHandlers::create>(Method::post, "/identity-provider", Permission::team_write, kSmallBody),
    route<&IdentityProviderHandlers::get>(Method::get, "/identity-provider/{id}", Permission::people_read, kNoBody),
    route<&IdentityProviderHandlers::patch>(Method::patch, "/identity-provider/{id}", Permission::team_write, kSmallBody),
    route<&IdentityProviderHandlers::remove>(Method::delete_, "/identity-provider/{id}", Permission::team_write, kNoBody),
};
// clang-format on

} // namespace

Area identity_provider_area()
{
    return area_of<IdentityProviderHandlers>(kRoutes);
}

} // namespace sluice::api
