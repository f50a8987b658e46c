#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<ApprovalHandlers> kRoutes[]{
    route<&ApprovalHandlers::list>(Method::get, "/approval", Permission::approvals_read, kNoBody, kFilters),
    route<&ApprovalHandlers::get>(Method::get, "/approval/{id}", Permission::approvals_read, kNoBody),
    route<&ApprovalHandlers::decide>(Method::post, "/approval/{id}", Permission::approvals_decide, kSmallBody),
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
