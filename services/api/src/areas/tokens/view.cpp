#include "view.hpp"

#include "json_values.hpp"

namespace sluice::api {
namespace {

template <class Holders>
json::array holders_view(Holders const& holders)
{
    json::array views;
    for (auto const& holder : holders)
        views.push_back(json::object{{"name", holder.name},
                                     {"meaning", holder.meaning},
                                     {"permissions", json::array_of(holder.permissions.names())}});
    return views;
}

} // namespace

json::object token_view(tenancy::ApiToken const& token)
{
    return {{"id", token.id.str()},
            {"environment_id", token.environment.str()},
            {"name", token.name},
            {"scopes", json::array_of(token.scopes)},
            {"addresses", json::array_of(token.addresses)},
            {"mcp_only", token.is_mcp_only},
            {"created_by", token.created_by.empty() ? json::value(nullptr) : json::value(token.created_by)},
            {"expires_at", time_or_null(token.expires_at)},
            {"created_at", to_rfc3339(token.created_at)}};
}

json::object permissions_view()
{
    json::array permissions;
    for (auto const& each : tenancy::kPermissions)
        permissions.push_back(json::object{{"name", each.name}, {"meaning", each.meaning}});
    json::object view;
    view["permissions"] = std::move(permissions);
    view["roles"] = holders_view(tenancy::kRoles);
    view["scopes"] = holders_view(tenancy::kScopes);
    return view;
}

} // namespace sluice::api
