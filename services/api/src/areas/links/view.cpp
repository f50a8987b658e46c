#include "view.hpp"

namespace sluice::api {
json::object connection_view(connecting::Connection const& connection)
{
    json::object view{{"id", connection.id.str()},
                      {"environment_id", connection.environment.str()},
                      {"tenant_id", connection.tenant_id},
                      {"environment_integration_id", connection.environment_integration.str()},
                      {"authentication_method", connection.authentication_method},
                      {"is_reconnect", connection.is_reconnect},
                      {"status", connecting::name_of(connection.status)},
                      {"error", connection.error},
                      {"expires_at", to_rfc3339(connection.expires_at)},
                      {"created_at", to_rfc3339(connection.created_at)}};
    view["integrated_account_id"] = connection.account ? json::value(connection.account->str()) : json::value(nullptr);
    view["redirect_uri"] = connection.redirect_uri ? json::value(*connection.redirect_uri) : json::value(nullptr);
    return view;
}

} // namespace sluice::api
