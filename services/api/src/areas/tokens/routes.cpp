#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<TokenHandlers> kRoutes[]{
    route<&TokenHandlers::list>(Method::get, "/api-token", Access::api_token, kNoBody, kFilters),
    route<&TokenHandlers::get>(Method::get, "/api-token/{id}", Access::api_token, kNoBody),
};
// clang-format on

} // namespace

Area token_area()
{
    return area_of<TokenHandlers>(kRoutes);
}

} // namespace sluice::api
