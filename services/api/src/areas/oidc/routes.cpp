#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<OidcHandlers> kRoutes[]{
    route<&OidcHandlers::start>(Method::get, "/oidc/start", Access::link, kNoBody, {{"team", "provider", "return"}}),
    route<&OidcHandlers::callback>(Method::get, "/oidc/callback/{team}", Access::link, kNoBody, kAnyQuery),
    route<&OidcHandlers::start_invitation>(Method::post, "/invitation/oidc", Access::link, kLinkBody),
    route<&OidcHandlers::start_link>(Method::post, "/me/identity/{provider}", Access::session, kSmallBody),
    route<&OidcHandlers::unlink>(Method::delete_, "/me/identity/{provider}", Access::session, kNoBody),
};
// clang-format on

} // namespace

Area oidc_area()
{
    return area_of<OidcHandlers>(kRoutes);
}

} // namespace sluice::api
