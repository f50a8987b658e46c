#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<AccountHandlers> kRoutes[]{
    route<&AccountHandlers::list>(Method::get, "/integrated-account", Permission::accounts_read, kNoBody, kFilters),
    route<&AccountHandlers::create>(Method::post, "/integrated-account", Permission::credentials_write, kSmallBody),
    route<&AccountHandlers::create_token>(Method::post, "/integrated-account/token", Permission::credentials_write, kSmallBody),
    route<&AccountHandlers::connect_demo>(Method::post, "/integrated-account/demo", Permission::credentials_write, kSmallBody),
    route<&AccountHandlers::bulk_delete>(Method::post, "/integrated-account/bulk-delete", Permission::accounts_write, kSmallBody),
    route<&AccountHandlers::get_own>(Method::get, "/integrated-account/me", Access::account_token, kNoBody),
    route<&AccountHandlers::patch_own>(Method::patch, "/integrated-account/me", Access::account_token, kSmallBody),
    route<&AccountHandlers::own_rate_limit>(Method::get, "/integrated-account/me/rate-limit", Access::account_token, kNoBody),
    route<&AccountHandlers::rate_limit>(Method::get, "/integrated-account/{id}/rate-limit", Permission::accounts_read, kNoBody),
    route<&AccountHandlers::refresh_credentials>(Method::post, "/integrated-account/refresh-credentials", Permission::accounts_write, kSmallBody),
    route<&AccountHandlers::get>(Method::get, "/integrated-account/{id}", Permission::accounts_read, kNoBody),
    route<&AccountHandlers::patch>(Method::patch, "/integrated-account/{id}", Permission::accounts_write, kSmallBody),
    route<&AccountHandlers::remove>(Method::delete_, "/integrated-account/{id}", Permission::accounts_write, kNoBody),
    route<&AccountHandlers::patch_credentials>(Method::patch, "/integrated-account/{id}/credentials", Permission::credentials_write, kSmallBody),
    route<&AccountHandlers::tools>(Method::get, "/integrated-account/{id}/tools", Permission::accounts_read, kNoBody, {{"methods", "tags", "format"}}),
};
// clang-format on

} // namespace

Area account_area()
{
    return area_of<AccountHandlers>(kRoutes);
}

} // namespace sluice::api
