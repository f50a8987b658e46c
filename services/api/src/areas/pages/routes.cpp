#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<PageHandlers> kRoutes[]{
    route<&PageHandlers::root>(Method::get, "/", Access::link, kNoBody, kAnyQuery),
    route<&PageHandlers::dashboard>(Method::get, "/dashboard", Access::link, kNoBody, kAnyQuery),
    route<&PageHandlers::dashboard>(Method::get, "/dashboard/{path...}", Access::link, kNoBody, kAnyQuery),
};
// clang-format on

} // namespace

Area page_area()
{
    return area_of<PageHandlers>(kRoutes);
}

} // namespace sluice::api
