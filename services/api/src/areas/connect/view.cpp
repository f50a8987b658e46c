#include "view.hpp"

#include "json_values.hpp"

namespace sluice::api {
namespace {

using namespace connecting;

json::value value_of(json::object const& known, std::string const& name)
{
    auto const* value = known.if_contains(name);
    return value != nullptr && value->is_string() ? *value : json::value(nullptr);
}

json::array fields_view(std::vector<catalog::ContextField> const& fields, json::object const& known)
{
    json::array views;
    for (auto const& field : fields) {
        json::object view{{"name", field.name},         {"label", field.label},   {"description", field.description},
                          {"required", field.required}, {"secret", field.secret}, {"max_length", field.max_length}};
        view["pattern"] = field.pattern_text.empty() ? json::value(nullptr) : json::value(field.pattern_text);
        view["value"] = field.secret ? json::value(nullptr) : value_of(known, field.name);
        views.push_back(std::move(view));
    }
    return views;
}

json::object integration_view(catalog::Integration const& integration, EnvironmentIntegrationId id, bool has_app,
                              LinkToken const& token, json::object const& known)
{
    json::array methods;
    for (auto const& format : integration.credentials) {
        bool const is_oauth = goes_to_vendor(format);
        if (is_oauth && (!has_app || format.oauth->client_id.empty() || !format.oauth->fixes_hosts()))
            continue;
        json::object method{{"name", format.name}, {"label", format.label}, {"kind", is_oauth ? "oauth2" : "form"}};
        method["fields"] = fields_view(format.fields, known);
        if (is_oauth) {
            method["scopes"] = json::array_of(token.scopes ? *token.scopes : format.oauth->scopes);
        }
        methods.push_back(std::move(method));
    }
    json::object view{{"environment_integration_id", id.str()},
                      {"name", integration.name},
                      {"label", integration.label},
                      {"category", integration.category}};
    view["fields"] = fields_view(integration.fields, known);
    view["methods"] = std::move(methods);
    return view;
}

template <class T>
json::value id_or_null(std::optional<T> const& id)
{
    return id ? json::value(id->str()) : json::value(nullptr);
}

} // namespace

json::object session_view(LinkToken const& token, tenancy::Environment const& asker, Links::Offers const& offered)
{
    json::array integrations;
    for (auto const& [id, installed, has_app] : offered.offers)
        integrations.push_back(integration_view(*installed->integration, id, has_app, token, offered.known));
    json::object theme{{"name", value_of(asker.theme, "name")},
                       {"logo_url", value_of(asker.theme, "logo_url")},
                       {"color", value_of(asker.theme, "color")}};
    json::object view{{"tenant_id", token.tenant_id},
                      {"is_reconnect", token.is_reconnect},
                      {"expires_at", to_rfc3339(token.expires_at)},
                      {"redirect_uri", text_or_null(token.redirect_uri)}};
    view["environment"] = json::object{{"name", asker.name}, {"theme", std::move(theme)}};
    view["integrations"] = std::move(integrations);
    return view;
}

json::object outcome_view(Connection const& connection)
{
    bool const is_over = connection.status == ConnectionStatus::active || connection.status == ConnectionStatus::failed;
    json::object view{{"id", connection.id.str()},
                      {"status", is_over ? name_of(connection.status) : name_of(ConnectionStatus::initiated)}};
    view["error"] = nullptr;
    if (auto const* error = connection.error.if_object())
        view["error"] = json::object{
            {"error_type",
             error->if_contains("error_type") != nullptr ? error->at("error_type") : json::value("connection_error")},
            {"message", error->if_contains("message") != nullptr ? error->at("message") : json::value("")}};
    view["integrated_account_id"] =
        connection.status == ConnectionStatus::active ? id_or_null(connection.account) : json::value(nullptr);
    return view;
}

} // namespace sluice::api
