#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<LinkHandlers> kRoutes[]{
    route<&LinkHandlers::create_token>(Method::post, "/link-token", Permission::credentials_write, kSmallBody),
    route<&LinkHandlers::create_connection>(Method::post, "/connection", Permission::credentials_write, kSmallBody),
    route<&LinkHandlers::get_connection>(Method::get, "/connection/{id}", Permission::accounts_read, kNoBody, {{"wait_s"}}),
};
// clang-format on

} // namespace

Area link_area()
{
    return area_of<LinkHandlers>(kRoutes);
}

} // namespace sluice::api
