#include "routes.hpp"

#include "handlers.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<CapabilityHandlers> kRoutes[]{
    route<&CapabilityHandlers::of_account>(Method::get, "/integrated-account/{id}/capabilities", Permission::accounts_read, kNoBody, {{"type", "resource", "methods", "has_description"}}),
    route<&CapabilityHandlers::of_integration>(Method::get, "/integration/{id}/capabilities", Permission::integrations_read, kNoBody, {{"type", "resource", "methods", "has_description"}}),
};
// clang-format on

} // namespace

Area capability_area()
{
    return area_of<CapabilityHandlers>(kRoutes);
}

} // namespace sluice::api
