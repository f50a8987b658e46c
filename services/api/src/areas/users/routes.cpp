#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<UserHandlers> kRoutes[]{
    route<&UserHandlers::list_teams>(Method::get, "/team", Permission::people_read, kNoBody, kFilters),
    route<&UserHandlers::get_team>(Method::get, "/team/{id}", Permission::people_read, kNoBody),
    route<&UserHandlers::patch_team>(Method::patch, "/team/{id}", Permission::team_write, kSmallBody),
    route<&UserHandlers::invite>(Method::post, "/team/{id}/invite", Permission::people_write, kSmallBody),
    route<&UserHandlers::list>(Method::get, "/user", Permission::people_read, kNoBody, kFilters),
    route<&UserHandlers::get>(Method::get, "/user/{id}", Permission::people_read, kNoBody),
    route<&UserHandlers::patch>(Method::patch, "/user/{id}", Permission::people_write, kSmallBody),
    route<&UserHandlers::remove>(Method::delete_, "/user/{id}", Permission::people_write, kNoBody),
    route<&UserHandlers::make_reset_link>(Method::post, "/user/{id}/reset", Permission::people_write, kSmallBody),
    route<&UserHandlers::end_sessions>(Method::post, "/user/{id}/sign-out", Permission::people_write, kSmallBody),
};
// clang-format on

} // namespace

Area user_area()
{
    return area_of<UserHandlers>(kRoutes);
}

} // namespace sluice::api
