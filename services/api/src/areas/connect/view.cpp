#include "view.hpp"

#include "json_values.hpp"

#include <algorithm>

namespace sluice::api {
namespace {

using namespace connecting;

json::value value_of(json::object const& known, std::string const& name)
{
    auto const* value = known.if_contains(name);
    return value != nullptr && value->is_string() ? *value : json::value(nullptr);
}

json::value text_or_null(std::string const& text)
{
    return text.empty() ? json::value(nullptr) : json::value(text);
}

/// What is known of an account that is connected: values, and whether it is connected again.
struct Known {
    json::object const& values;
    bool is_reconnect = false;
};

/// `base_url` identifies the account, so what it is made of stays when the account is connected again.
json::array fields_view(std::vector<catalog::ContextField> const& fields, catalog::Template const& base_url,
                        Known const& known)
{
    json::array views;
    auto const of_address = base_url.paths();
    for (auto const& field : fields) {
        json::object view{{"name", field.name},         {"label", field.label},   {"description", field.description},
                          {"required", field.required}, {"secret", field.secret}, {"max_length", field.max_length}};
        view["pattern"] = text_or_null(field.pattern_text);
        view["pattern_hint"] = text_or_null(field.pattern_hint);
        view["format"] = field.is_email ? json::value("email") : json::value(nullptr);
        view["suffix"] = text_or_null(field.suffix);
        view["help_url"] = text_or_null(field.help_url);
        view["value"] = field.secret ? json::value(nullptr) : value_of(known.values, field.name);
        view["read_only"] = known.is_reconnect && !view["value"].is_null() &&
                            std::ranges::find(of_address, "context." + field.name) != of_address.end();
        views.push_back(std::move(view));
    }
    return views;
}

json::value access_view(std::vector<catalog::Consent> const& all)
{
    json::array views;
    for (auto const& [label, scopes] : all)
        views.push_back(json::object{{"label", label}, {"scopes", json::array_of(scopes)}});
    return all.empty() ? json::value(nullptr) : json::value(std::move(views));
}

json::object integration_view(catalog::Integration const& integration, EnvironmentIntegrationId id, bool has_app,
                              LinkToken const& token, json::object const& values)
{
    Known const known{values, token.is_reconnect};
    auto const& base_url = integration.base_url;
    json::array methods;
    for (auto const& format : integration.credentials) {
        bool const is_oauth = goes_to_vendor(format);
        if (is_oauth && (!has_app || format.oauth->client_id.empty() || !format.oauth->fixes_hosts()))
            continue;
        json::object method{{"name", format.name}, {"label", format.label}, {"kind", is_oauth ? "oauth2" : "form"}};
        method["fields"] = fields_view(format.fields, base_url, known);
        if (is_oauth) {
            method["scopes"] = json::array_of(token.scopes ? *token.scopes : format.oauth->scopes);
            method["access"] = access_view(format.oauth->access);
        }
        methods.push_back(std::move(method));
    }
    json::object view{{"environment_integration_id", id.str()},
                      {"name", integration.name},
                      {"label", integration.label},
                      {"category", integration.category}};
    view["logo_svg"] = text_or_null(integration.logo_svg);
    view["fields"] = fields_view(integration.fields, base_url, known);
    view["methods"] = std::move(methods);
    return view;
}

template <class T>
json::value id_or_null(std::optional<T> const& id)
{
    return id ? json::value(id->str()) : json::value(nullptr);
}

} // namespace

json::object session_view(LinkToken const& token, tenancy::Environment const& asker, std::string const& team_name,
                          Links::Offers const& offered)
{
    json::array integrations;
    for (auto const& [id, installed, has_app] : offered.offers)
        integrations.push_back(integration_view(*installed->integration, id, has_app, token, offered.known));
    auto const name = value_of(asker.theme, "name");
    json::object theme{{"name", name.is_null() ? json::value(team_name) : name},
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
