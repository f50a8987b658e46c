#include "accounts/scopes.hpp"
#include "handlers.hpp"
#include "views.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace sluice::api {
namespace {

using accounts::Account;

/// Which methods are asked for.
struct Wanted {
    bool proxy = true;
    bool unified = true;
    std::optional<std::string> resource;
    std::optional<std::string> method_class; ///< read, write, custom or a method's name
    std::optional<bool> has_description;
};

Result<Wanted> read_wanted(http::Query& query)
{
    Wanted wanted;
    auto const type = query.take("type").value_or("all");
    if (type != "proxy" && type != "unified" && type != "all")
        return invalid("type", "must be proxy, unified or all");
    wanted.proxy = type != "unified";
    wanted.unified = type != "proxy";
    wanted.resource = query.take("resource");
    wanted.method_class = query.take("methods");
    if (auto const flag = query.take("has_description")) {
        if (*flag != "true" && *flag != "false")
            return invalid("has_description", "must be true or false");
        wanted.has_description = *flag == "true";
    }
    if (!query.empty())
        return invalid(query.pairs().front().first, "is not a parameter here; known are type, resource, methods, "
                                                    "has_description");
    return wanted;
}

bool passes(Wanted const& wanted, catalog::Method const& method, bool is_described)
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

json::object method_view(catalog::Method const& method, tools::Tool const* tool, Account const* account)
{
    json::object view{{"method", method.name},
                      {"name", tool != nullptr ? json::value(tool->name) : json::value(nullptr)},
                      {"description", tool != nullptr ? json::value(tool->description) : json::value(nullptr)},
                      {"has_query_schema", tool != nullptr && !tool->query_schema.is_null()},
                      {"has_body_schema", tool != nullptr && !tool->body_schema.is_null()},
                      {"has_response_schema", method.has_response_schema}};
    view["scopes"] = json::array_of(method.scopes);
    if (account != nullptr)
        view["missing_scopes"] = json::array_of(accounts::missing_scopes(*account, method));
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

/// A word that fits no method is a mistake, not an empty answer.
Result<void> check_wanted(Wanted const& wanted, catalog::Integration const& integration)
{
    if (wanted.resource && !integration.has_resource(*wanted.resource))
        return invalid("resource", "is not a resource of " + integration.label);
    static constexpr std::array<std::string_view, 3> kClasses{"read", "write", "custom"};
    bool const is_known =
        !wanted.method_class || std::ranges::find(kClasses, *wanted.method_class) != kClasses.end() ||
        std::ranges::any_of(integration.methods, [&](auto const& each) { return each.name == *wanted.method_class; });
    if (!is_known)
        return invalid("methods", "must be read, write, custom or the name of a method");
    return {};
}

json::object capabilities(accounts::InstalledIntegration const& installed, Account const* account, Wanted const& wanted)
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
    if (account != nullptr) {
        json::object about{{"id", account->id.str()},
                           {"status", accounts::name_of(account->status)},
                           {"authentication_method", account->authentication_method},
                           {"is_blocked", account->is_blocked}};
        auto const granted = accounts::granted_scopes(*account);
        about["granted_scopes"] = granted ? json::value(json::array_of(*granted)) : json::value(nullptr);
        view["account"] = std::move(about);
    }
    return view;
}

} // namespace

CapabilityHandlers::CapabilityHandlers(Services const& services, accounts::CallableAccounts& connected)
    : services_(services)
    , connected_(connected)
{
}

HandlerResult CapabilityHandlers::of_account(Call& call)
{
    auto const id = call.id<IntegratedAccountId>("id", "integrated account");
    if (!id)
        co_return id.error();
    auto const wanted = read_wanted(call.query);
    if (!wanted)
        co_return wanted.error();
    auto const connected = co_await connected_.find(call.environment(), *id, call.deadline);
    if (!connected)
        co_return connected.error();
    if (auto const checked = check_wanted(*wanted, *(*connected)->installed->integration); !checked)
        co_return checked.error();
    co_return http::json_response(200,
                                  json::value(capabilities(*(*connected)->installed, &(*connected)->account, *wanted)));
}

HandlerResult CapabilityHandlers::of_integration(Call& call)
{
    auto const wanted = read_wanted(call.query);
    if (!wanted)
        co_return wanted.error();
    auto const all = co_await services_.store.integrations().list(call.environment(), call.deadline);
    if (!all)
        co_return all.error();
    auto const id = call.parameter("id");
    auto const found =
        std::ranges::find_if(*all, [&](auto const& each) { return each.name == id || each.id.str() == id; });
    if (found == all->end())
        co_return Error{ErrorCode::not_found, "There is no such integration in this environment."};
    auto const installed = co_await services_.integrations.install(found->id, found->version, {}, {}, call.deadline);
    if (!installed)
        co_return installed.error();
    if (auto const checked = check_wanted(*wanted, *(*installed)->integration); !checked)
        co_return checked.error();
    co_return http::json_response(200, json::value(capabilities(**installed, nullptr, *wanted)));
}

} // namespace sluice::api
