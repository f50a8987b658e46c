#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<MeHandlers> kRoutes[]{
    route<&MeHandlers::get>(Method::get, "/me", Access::session, kNoBody),
    route<&MeHandlers::patch>(Method::patch, "/me", Access::session, kSmallBody),
    route<&MeHandlers::change_password>(Method::post, "/me/password", Access::session, kSmallBody),
    route<&MeHandlers::begin_second_factor>(Method::post, "/me/second-factor", Access::session, kSmallBody),
    route<&MeHandlers::confirm_second_factor>(Method::post, "/me/second-factor/confirm", Access::session, kSmallBody),
    route<&MeHandlers::remove_second_factor>(Method::post, "/me/second-factor/remove", Access::session, kSmallBody),
    route<&MeHandlers::new_recovery_codes>(Method::post, "/me/recovery-codes", Access::session, kSmallBody),
    route<&MeHandlers::sessions>(Method::get, "/session", Access::session, kNoBody),
    route<&MeHandlers::end_session>(Method::delete_, "/session/{id}", Access::session, kNoBody),
};
// clang-format on

} // namespace

Area me_area()
{
    return area_of<MeHandlers>(kRoutes);
}

} // namespace sluice::api
