#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<AccountHandlers> kRoutes[]{
    route<&AccountHandlers::list>(Method::get, "/integrated-account", Access::api_token, kNoBody, kFilters),
    route<&AccountHandlers::create>(Method::post, "/integrated-account", Access::api_token, kSmallBody),
    route<&AccountHandlers::create_token>(Method::post, "/integrated-account/token", Access::api_token, kSmallBody),
    route<&AccountHandlers::bulk_delete>(Method::post, "/integrated-account/bulk-delete", Access::api_token, kSmallBody),
    route<&AccountHandlers::get_own>(Method::get, "/integrated-account/me", Access::account_token, kNoBody),
    route<&AccountHandlers::patch_own>(Method::patch, "/integrated-account/me", Access::account_token, kSmallBody),
    route<&AccountHandlers::refresh_credentials>(Method::post, "/integrated-account/refresh-credentials", Access::api_token, kSmallBody),
    route<&AccountHandlers::get>(Method::get, "/integrated-account/{id}", Access::api_token, kNoBody),
    route<&AccountHandlers::patch>(Method::patch, "/integrated-account/{id}", Access::api_token, kSmallBody),
    route<&AccountHandlers::remove>(Method::delete_, "/integrated-account/{id}", Access::api_token, kNoBody),
    route<&AccountHandlers::patch_credentials>(Method::patch, "/integrated-account/{id}/credentials", Access::api_token, kSmallBody),
    route<&AccountHandlers::tools>(Method::get, "/integrated-account/{id}/tools", Access::api_token, kNoBody, {{"methods", "tags", "format"}}),
};
// clang-format on

} // namespace

Area account_area()
{
    return area_of<AccountHandlers>(kRoutes);
}

} // namespace sluice::api
