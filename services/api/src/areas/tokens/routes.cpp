#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<TokenHandlers> kRoutes[]{
    route<&TokenHandlers::list>(Method::get, "/api-token", Permission::api_tokens_read, kNoBody, kFilters),
    route<&TokenHandlers::get>(Method::get, "/api-token/{id}", Permission::api_tokens_read, kNoBody),
    route<&TokenHandlers::create>(Method::post, "/api-token", Permission::api_tokens_write, kSmallBody),
    route<&TokenHandlers::patch>(Method::patch, "/api-token/{id}", Permission::api_tokens_write, kSmallBody),
    route<&TokenHandlers::remove>(Method::delete_, "/api-token/{id}", Permission::api_tokens_write, kNoBody),
    route<&TokenHandlers::permissions>(Method::get, "/permission", Access::open, kNoBody),
};
// clang-format on

} // namespace

Area token_area()
{
    return area_of<TokenHandlers>(kRoutes);
}

} // namespace sluice::api
