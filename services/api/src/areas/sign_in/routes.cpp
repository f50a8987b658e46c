#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<SignInHandlers> kRoutes[]{
    route<&SignInHandlers::page>(Method::get, "/sign-in", Access::link, kNoBody, kAnyQuery),
    route<&SignInHandlers::page>(Method::get, "/invitation", Access::link, kNoBody, kAnyQuery),
    route<&SignInHandlers::page>(Method::get, "/reset", Access::link, kNoBody, kAnyQuery),
    route<&SignInHandlers::options>(Method::get, "/sign-in/options", Access::link, kNoBody, {{"team"}}),
    route<&SignInHandlers::with_password>(Method::post, "/session", Access::link, kLinkBody),
    route<&SignInHandlers::with_link>(Method::post, "/session/link", Access::link, kLinkBody),
    route<&SignInHandlers::show_invitation>(Method::post, "/invitation/show", Access::link, kLinkBody),
    route<&SignInHandlers::accept_invitation>(Method::post, "/invitation/accept", Access::link, kLinkBody),
    route<&SignInHandlers::request_reset>(Method::post, "/reset/request", Access::link, kLinkBody),
    route<&SignInHandlers::show_reset>(Method::post, "/reset/show", Access::link, kLinkBody),
    route<&SignInHandlers::reset>(Method::post, "/reset", Access::link, kLinkBody),
};
// clang-format on

} // namespace

Area sign_in_area()
{
    return area_of<SignInHandlers>(kRoutes);
}

} // namespace sluice::api
