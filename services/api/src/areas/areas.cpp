#include "areas/areas.hpp"

#include "areas/accounts/routes.hpp"
#include "areas/approvals/routes.hpp"
#include "areas/audit/routes.hpp"
#include "areas/batch/routes.hpp"
#include "areas/capabilities/routes.hpp"
#include "areas/connect/routes.hpp"
#include "areas/connect_form/routes.hpp"
#include "areas/documentation/routes.hpp"
#include "areas/environments/routes.hpp"
#include "areas/identity_providers/routes.hpp"
#include "areas/installations/routes.hpp"
#include "areas/integrations/routes.hpp"
#include "areas/links/routes.hpp"
#include "areas/live/routes.hpp"
#include "areas/logs/routes.hpp"
#include "areas/mcp/routes.hpp"
#include "areas/mcp_servers/routes.hpp"
#include "areas/me/routes.hpp"
#include "areas/notification_destinations/routes.hpp"
#include "areas/oidc/routes.hpp"
#include "areas/operation/routes.hpp"
#include "areas/pages/routes.hpp"
#include "areas/proxy/routes.hpp"
#include "areas/sign_in/routes.hpp"
#include "areas/tokens/routes.hpp"
#include "areas/tools/routes.hpp"
#include "areas/users/routes.hpp"
#include "areas/webhooks/routes.hpp"

namespace sluice::api {
namespace {

/// A new area is a folder and a line here.
std::vector<Area> all_areas()
{
    return {
        operation_area(),
        page_area(),
        token_area(),
        integration_area(),
        documentation_area(),
        installation_area(),
        account_area(),
        capability_area(),
        mcp_server_area(),
        approval_area(),
        environment_area(),
        webhook_area(),
        notification_destination_area(),
        link_area(),
        connect_area(),
        connect_form_area(),
        proxy_area(),
        mcp_area(),
        tool_area(),
        batch_area(),
        log_area(),
        live_area(),
        audit_area(),
        sign_in_area(),
        me_area(),
        oidc_area(),
        identity_provider_area(),
        user_area(),
    };
}

} // namespace

std::vector<Route> const& all_routes()
{
    static std::vector<Route> const kAll = [] {
        std::vector<Route> all;
        for (auto const& area : all_areas())
            all.insert(all.end(), area.routes.begin(), area.routes.end());
        return all;
    }();
    return kAll;
}

std::vector<std::shared_ptr<void>> make_handlers(ShardParts const& parts)
{
    std::vector<std::shared_ptr<void>> handlers;
    for (auto const& area : all_areas())
        handlers.insert(handlers.end(), area.routes.size(), area.make(parts));
    return handlers;
}

} // namespace sluice::api
