#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;

namespace {

// clang-format off
constexpr RouteOf<ApprovalHandlers> kRoutes[]{
    route<&ApprovalHandlers::list>(Method::get, "/approval", Access::api_token, kNoBody, kFilters),
    route<&ApprovalHandlers::get>(Method::get, "/approval/{id}", Access::api_token, kNoBody),
    route<&ApprovalHandlers::decide>(Method::post, "/approval/{id}", Access::api_token, kSmallBody),
    route<&ApprovalHandlers::page>(Method::get, "/approve", Access::link, kNoBody, kAnyQuery),
    route<&ApprovalHandlers::use_code>(Method::post, "/approve/call", Access::link, kLinkBody),
};
// clang-format on

} // namespace

Area approval_area()
{
    return area_of<ApprovalHandlers>(kRoutes);
}

} // namespace sluice::api
