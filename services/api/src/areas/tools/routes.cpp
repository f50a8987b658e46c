#include "routes.hpp"

#include "handlers.hpp"
#include "input.hpp"

namespace sluice::api {

using http::Method;
using tenancy::Permission;

namespace {

// clang-format off
constexpr RouteOf<ToolHandlers> kRoutes[]{
    keyed(route<&ToolHandlers::execute>(Method::post, "/tools/execute/{name}", Permission::calls_write, kExecuteBodyLimit)),
};
// clang-format on

} // namespace

Area tool_area()
{
    return area_of<ToolHandlers>(kRoutes);
}

} // namespace sluice::api
