#include "views.hpp"

namespace sluice::api {
namespace {

json::value time_or_null(std::optional<Timestamp> const& time)
{
    return time ? json::value(to_rfc3339(*time)) : json::value(nullptr);
}

} // namespace

json::object view(tenancy::ApiToken const& token)
{
    return {{"id", token.id.str()},
            {"environment_id", token.environment.str()},
            {"name", token.name},
            {"mcp_only", token.is_mcp_only},
            {"expires_at", time_or_null(token.expires_at)},
            {"created_at", to_rfc3339(token.created_at)}};
}

json::object view(accounts::StoredIntegration const& integration)
{
    json::object body{{"id", integration.id.str()},
                      {"name", integration.name},
                      {"category", integration.category},
                      {"label", integration.label},
                      {"is_beta", integration.is_beta},
                      {"sharing", integration.sharing},
                      {"version", integration.version},
                      {"created_at", to_rfc3339(integration.created_at)},
                      {"updated_at", to_rfc3339(integration.updated_at)}};
    if (!integration.manifest.is_null())
        body["config"] = integration.manifest;
    return body;
}

json::object view(accounts::EnvironmentIntegration const& installation)
{
    return {{"id", installation.id.str()},
            {"environment_id", installation.environment.str()},
            {"integration_id", installation.integration.str()},
            {"override", installation.override},
            {"is_enabled", installation.is_enabled},
            {"show_in_catalog", installation.show_in_catalog},
            {"last_error", installation.last_error},
            {"created_at", to_rfc3339(installation.created_at)},
            {"updated_at", to_rfc3339(installation.updated_at)}};
}

json::object view(accounts::DocumentationRow const& documentation)
{
    bool const is_integration = documentation.entity_type == "integration";
    return {{"id", documentation.id.str()},
            {"environment_id", documentation.environment.str()},
            {"entity_type", documentation.entity_type},
            {"entity_id", is_integration ? IntegrationId{documentation.entity_id}.str()
                                         : EnvironmentIntegrationId{documentation.entity_id}.str()},
            {"resource", documentation.resource},
            {"method", documentation.method},
            {"type", documentation.type},
            {"format", documentation.format},
            {"value", documentation.value},
            {"created_at", to_rfc3339(documentation.created_at)},
            {"updated_at", to_rfc3339(documentation.updated_at)}};
}

json::object view(accounts::Account const& account)
{
    return {{"id", account.id.str()},
            {"tenant_id", account.tenant_id},
            {"environment_id", account.environment.str()},
            {"environment_integration_id", account.environment_integration.str()},
            {"status", accounts::name_of(account.status)},
            {"authentication_method", account.authentication_method},
            {"region", account.region ? json::value(*account.region) : json::value(nullptr)},
            {"is_sandbox", account.is_sandbox},
            {"is_blocked", account.is_blocked},
            {"context", account.context},
            {"integration", json::object{{"id", account.integration.str()},
                                         {"name", account.integration_name},
                                         {"category", account.integration_category}}},
            {"last_error", account.last_error},
            {"last_forbidden_error", account.last_forbidden_error},
            {"unified_model_override", nullptr},
            {"integration_override", nullptr},
            {"created_at", to_rfc3339(account.created_at)},
            {"updated_at", to_rfc3339(account.updated_at)}};
}

json::object view(mcp::McpServer const& server)
{
    json::object view{{"id", server.id.str()},
                      {"name", server.name},
                      {"created_by", server.created_by},
                      {"expires_at", time_or_null(server.expires_at)},
                      {"created_at", to_rfc3339(server.created_at)},
                      {"updated_at", to_rfc3339(server.updated_at)}};
    if (server.account) {
        view["integrated_account_id"] = server.account->str();
    } else {
        view["tenant_id"] = server.tenant_id;
        view["integrations"] = json::array_of(server.integrations);
    }
    view["config"] = mcp::config_json(server.config);
    return view;
}

json::object view(safeguards::Approval const& approval)
{
    // A call that is made, or was, has been approved: how it went is not the approval's matter.
    bool const is_used = approval.state == safeguards::WriteCall::State::running;
    json::object view{
        {"id", approval.id.str()},
        {"status", is_used ? "used" : name_of(approval.state)},
        {"tool", approval.tool},
        {"mcp_server_id", approval.server.str()},
        {"integrated_account_id", approval.account.str()},
        {"decided_by", approval.decided_by.empty() ? json::value(nullptr) : json::value(approval.decided_by)},
        {"decided_at", time_or_null(approval.decided_at)},
        {"created_at", to_rfc3339(approval.created_at)},
        {"expires_at", to_rfc3339(approval.ends_at)}};
    view["call"] = approval.request;
    return view;
}

json::object view(tenancy::Environment const& environment)
{
    json::object view{{"id", environment.id.str()},
                      {"team_id", environment.team_id.str()},
                      {"name", environment.name},
                      {"created_at", to_rfc3339(environment.created_at)}};
    view["theme"] = environment.theme;
    view["link_origins"] = json::array_of(environment.link_origins);
    view["reconnect_url"] = environment.reconnect_url ? json::value(*environment.reconnect_url) : json::value(nullptr);
    return view;
}

json::object view(connecting::Connection const& connection)
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

json::object view(events::Webhook const& webhook)
{
    json::array types;
    for (auto const& type : webhook.event_types)
        types.emplace_back(type);
    json::object view{{"id", webhook.id.str()},
                      {"environment_id", webhook.environment.str()},
                      {"target_url", webhook.target_url},
                      {"is_active", webhook.is_active},
                      {"created_at", to_rfc3339(webhook.created_at)},
                      {"updated_at", to_rfc3339(webhook.updated_at)}};
    view["event_types"] = std::move(types);
    return view;
}

json::object view(events::AttemptEntry const& entry)
{
    json::object view{{"id", entry.id.str()},
                      {"log_type", "webhook"},
                      {"timestamp", to_rfc3339(entry.created_at)},
                      {"event_id", entry.event.str()},
                      {"event", entry.event_type},
                      {"webhook_id", entry.webhook.str()},
                      {"delivery_id", entry.delivery.str()},
                      {"attempt", entry.attempt},
                      {"duration", entry.duration.count()}};
    view["http_status_code"] = entry.status ? json::value(*entry.status) : json::value(nullptr);
    view["error"] = entry.error ? json::value(*entry.error) : json::value(nullptr);
    return view;
}

} // namespace sluice::api
