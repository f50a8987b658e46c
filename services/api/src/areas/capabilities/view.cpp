#include "view.hpp"

#include "accounts/scopes.hpp"

#include <map>

namespace sluice::api {
namespace {

bool passes(WantedMethods const& wanted, catalog::Method const& method, bool is_described)
{
    if (wanted.resource && *wanted.resource != method.resource)
        return false;
    if (wanted.has_description && *wanted.has_description != is_described)
        return false;
    if (!wanted.method_class || *wanted.method_class == method.name)
        return true;
    using Class = catalog::MethodClass;
    auto const kind = method.method_class();
    return (*wanted.method_class == "read" && kind == Class::read) ||
           (*wanted.method_class == "write" && kind == Class::write) ||
           (*wanted.method_class == "custom" && kind == Class::custom);
}

json::object method_view(catalog::Method const& method, tools::Tool const* tool,
                         accounts::CallableAccount const* account)
{
    json::object view{{"method", method.name},
                      {"name", tool != nullptr ? json::value(tool->name) : json::value(nullptr)},
                      {"description", tool != nullptr ? json::value(tool->description) : json::value(nullptr)},
                      {"has_query_schema", tool != nullptr && !tool->query_schema.is_null()},
                      {"has_body_schema", tool != nullptr && !tool->body_schema.is_null()},
                      {"has_response_schema", method.has_response_schema}};
    view["scopes"] = json::array_of(method.scopes);
    if (account != nullptr)
        view["missing_scopes"] = json::array_of(accounts::missing_scopes(account->account, method));
    return view;
}

json::object auth_view(catalog::Integration const& integration)
{
    json::array formats;
    json::array fields;
    for (auto const& format : integration.credentials)
        formats.emplace_back(format.name);
    for (auto const& field : integration.fields)
        fields.push_back(json::object{{"name", field.name}, {"required", field.required}});
    json::object view;
    view["formats"] = std::move(formats);
    view["fields"] = std::move(fields);
    return view;
}

json::object view_of(accounts::InstalledIntegration const& installed, accounts::CallableAccount const* account,
                     WantedMethods const& wanted)
{
    auto const& integration = *installed.integration;
    std::map<catalog::Method const*, tools::Tool const*> tools;
    for (std::size_t i = 0; i < installed.tools->size(); ++i)
        tools.emplace((*installed.tools)[i].method, &(*installed.tools)[i]);
    json::array resources;
    std::int64_t described = 0;
    for (auto const& method : integration.methods) {
        auto const found = tools.find(&method);
        auto const* tool = found == tools.end() ? nullptr : found->second;
        described += tool != nullptr ? 1 : 0;
        if (!passes(wanted, method, tool != nullptr))
            continue;
        if (resources.empty() || resources.back().at("resource") != json::value(method.resource))
            resources.push_back(json::object{{"resource", method.resource}, {"methods", json::array{}}});
        resources.back().at("methods").as_array().push_back(method_view(method, tool, account));
    }
    auto const count = static_cast<std::int64_t>(integration.methods.size());
    json::object view;
    view["integration"] =
        json::object{{"name", integration.name}, {"label", integration.label}, {"category", integration.category}};
    if (wanted.proxy)
        view["proxy"] = std::move(resources);
    if (wanted.unified)
        view["unified"] = json::array{};
    view["auth"] = auth_view(integration);
    view["ai_readiness"] =
        json::object{{"proxy_methods", count},
                     {"proxy_methods_with_descriptions", described},
                     {"ai_ready_score", count > 0 ? static_cast<double>(described) / static_cast<double>(count) : 0.0}};
    return view;
}

} // namespace

json::object capabilities_view(accounts::InstalledIntegration const& installed, WantedMethods const& wanted)
{
    return view_of(installed, nullptr, wanted);
}

json::object capabilities_view(accounts::CallableAccount const& account, WantedMethods const& wanted)
{
    auto view = view_of(*account.installed, &account, wanted);
    auto const& row = account.account;
    json::object about{{"id", row.id.str()},
                       {"status", accounts::name_of(row.status)},
                       {"authentication_method", row.authentication_method},
                       {"is_blocked", row.is_blocked}};
    auto const granted = accounts::granted_scopes(row);
    about["granted_scopes"] = granted ? json::value(json::array_of(*granted)) : json::value(nullptr);
    view["account"] = std::move(about);
    return view;
}

} // namespace sluice::api
