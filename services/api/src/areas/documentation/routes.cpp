#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<DocumentationHandlers> kRoutes[]{
    route<&DocumentationHandlers::list>(Method::get, "/documentation", Access::api_token, kNoBody, kFilters),
    route<&DocumentationHandlers::create>(Method::post, "/documentation", Access::api_token, kSmallBody),
    route<&DocumentationHandlers::get>(Method::get, "/documentation/{id}", Access::api_token, kNoBody),
    route<&DocumentationHandlers::patch>(Method::patch, "/documentation/{id}", Access::api_token, kSmallBody),
    route<&DocumentationHandlers::remove>(Method::delete_, "/documentation/{id}", Access::api_token, kNoBody),
};
// clang-format on

} // namespace

Area documentation_area()
{
    return area_of<DocumentationHandlers>(kRoutes);
}

} // namespace sluice::api
