#include "tenancy/permissions.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::tenancy {
namespace {

std::string allowed_scopes()
{
    std::string list;
    for (auto const& scope : kScopes)
        list += fmt::format("{}, ", scope.name);
    for (auto const& name : kOfTokens.names())
        list += fmt::format("{}, ", name);
    list.resize(list.size() - 2);
    return list;
}

std::optional<Permissions> permissions_of_scope(std::string_view name)
{
    if (auto const* const preset = std::ranges::find(kScopes, name, &ScopeTraits::name); preset != kScopes.end())
        return preset->permissions;
    auto const* const single = std::ranges::find(kPermissions, name, &PermissionTraits::name);
    if (single == kPermissions.end() || !kOfTokens.has(single->permission))
        return std::nullopt;
    return Permissions{single->permission};
}

} // namespace

std::vector<std::string> Permissions::names() const
{
    std::vector<std::string> names;
    for (auto const& each : kPermissions)
        if (has(each.permission))
            names.emplace_back(each.name);
    return names;
}

std::optional<Role> role_of(std::string_view name)
{
    auto const* const found = std::ranges::find(kRoles, name, &RoleTraits::name);
    return found == kRoles.end() ? std::nullopt : std::optional(found->role);
}

Result<Permissions> permissions_of_scopes(std::vector<std::string> const& scopes)
{
    if (scopes.empty())
        return invalid("scopes", fmt::format("must have at least one of: {}", allowed_scopes()));
    Permissions permissions;
    for (std::size_t i = 0; i < scopes.size(); ++i) {
        auto const found = permissions_of_scope(scopes[i]);
        if (!found)
            return invalid(fmt::format("scopes[{}]", i), fmt::format("must be one of: {}", allowed_scopes()));
        permissions = permissions | *found;
    }
    return permissions;
}

Result<void> check_permission(Permissions permissions, Permission needed)
{
    if (permissions.has(needed))
        return {};
    auto const& traits = traits_of(needed);
    return Error{
        ErrorCode::forbidden,
        fmt::format("This needs the permission {} (to {}), which you do not have. Ask an admin of the team for a "
                    "role or an API token that has it.",
                    traits.name, traits.meaning)};
}

} // namespace sluice::tenancy
