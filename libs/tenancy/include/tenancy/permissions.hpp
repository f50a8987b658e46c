#pragma once

#include "base/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tenancy {

/// What a caller may do. Each route that takes a caller needs one of them.
enum class Permission : std::uint8_t {
    calls_read,
    calls_write,
    accounts_read,
    accounts_write,
    credentials_write,
    mcp_servers_read,
    mcp_servers_write,
    approvals_read,
    approvals_decide,
    integrations_read,
    integrations_write,
    webhooks_read,
    webhooks_write,
    logs_read,
    environment_read,
    environment_write,
    api_tokens_read,
    api_tokens_write,
    people_read,
    people_write,
    audit_read,
    team_write,
};

struct PermissionTraits {
    Permission permission;
    std::string_view name;    ///< As the API writes it.
    std::string_view meaning; ///< For people: what its holder may do.
};

/// All of them, in the order of the enum.
inline constexpr std::array<PermissionTraits, 22> kPermissions{{
    {Permission::calls_read, "calls:read", "read from vendors through the REST proxy"},
    {Permission::calls_write, "calls:write", "make any vendor call: proxy, batches and tools by name"},
    {Permission::accounts_read, "accounts:read", "see integrated accounts, their tools and limits"},
    {Permission::accounts_write, "accounts:write", "change, renew and delete integrated accounts"},
    {Permission::credentials_write, "credentials:write", "enter credentials, and let customers connect accounts"},
    {Permission::mcp_servers_read, "mcp_servers:read", "see MCP servers"},
    {Permission::mcp_servers_write, "mcp_servers:write",
     "make MCP URLs, with which whoever has one calls vendors; change and delete MCP servers"},
    {Permission::approvals_read, "approvals:read", "see calls that wait for approval"},
    {Permission::approvals_decide, "approvals:decide", "approve and decline calls, and read their codes"},
    {Permission::integrations_read, "integrations:read", "see integrations, installed ones and documentation"},
    {Permission::integrations_write, "integrations:write",
     "install integrations with the OAuth app they use, and write documentation"},
    {Permission::webhooks_read, "webhooks:read", "see webhooks and notification destinations"},
    {Permission::webhooks_write, "webhooks:write", "change webhooks and notification destinations"},
    {Permission::logs_read, "logs:read", "read and export the logs of calls and deliveries"},
    {Permission::environment_read, "environment:read", "see the environment's settings and quotas"},
    {Permission::environment_write, "environment:write", "change the environment's settings"},
    {Permission::api_tokens_read, "api_tokens:read", "see API tokens, without their secrets"},
    {Permission::api_tokens_write, "api_tokens:write", "make, change and revoke API tokens"},
    {Permission::people_read, "people:read", "see the team and its users"},
    {Permission::people_write, "people:write", "invite users, change their roles, and remove them"},
    {Permission::audit_read, "audit:read", "read and export the audit log"},
    {Permission::team_write, "team:write", "change the team, its sign-in by OIDC, and its owners"},
}};

[[nodiscard]] constexpr PermissionTraits const& traits_of(Permission permission)
{
    return kPermissions[static_cast<std::size_t>(permission)];
}

/// A set of permissions. A value.
class Permissions {
public:
    constexpr Permissions() = default;
    constexpr Permissions(std::initializer_list<Permission> permissions)
    {
        for (auto const each : permissions)
            bits_ |= bit(each);
    }
    [[nodiscard]] static constexpr Permissions all()
    {
        Permissions every;
        every.bits_ = (std::uint32_t{1} << kPermissions.size()) - 1;
        return every;
    }

    [[nodiscard]] constexpr bool has(Permission permission) const noexcept { return (bits_ & bit(permission)) != 0; }
    [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
    [[nodiscard]] constexpr Permissions operator|(Permissions other) const noexcept { return of(bits_ | other.bits_); }
    [[nodiscard]] constexpr Permissions operator&(Permissions other) const noexcept { return of(bits_ & other.bits_); }
    [[nodiscard]] constexpr Permissions without(Permissions other) const noexcept { return of(bits_ & ~other.bits_); }
    /// Their names, in the order of the table.
    [[nodiscard]] std::vector<std::string> names() const;

    friend constexpr bool operator==(Permissions, Permissions) = default;

private:
    static constexpr std::uint32_t bit(Permission permission)
    {
        return std::uint32_t{1} << static_cast<std::uint8_t>(permission);
    }
    static constexpr Permissions of(std::uint32_t bits)
    {
        Permissions made;
        made.bits_ = bits;
        return made;
    }

    std::uint32_t bits_ = 0;
};

/// What a user is in the team.
enum class Role : std::uint8_t { owner, admin, developer, viewer };

struct RoleTraits {
    Role role;
    std::string_view name;
    std::string_view meaning;
    Permissions permissions;
};

/// What people who only look may do. An approval's code is not among it: it lets its reader decide.
inline constexpr Permissions kReading{
    Permission::accounts_read,     Permission::mcp_servers_read, Permission::approvals_read,
    Permission::integrations_read, Permission::webhooks_read,    Permission::logs_read,
    Permission::environment_read,  Permission::api_tokens_read,  Permission::people_read};
/// What concerns the team and not one environment.
inline constexpr Permissions kTeamwide{Permission::people_read, Permission::people_write, Permission::audit_read,
                                       Permission::team_write};
inline constexpr Permissions kDeveloping =
    Permissions::all().without({Permission::people_write, Permission::audit_read, Permission::team_write});

/// All roles, the strongest first.
inline constexpr std::array<RoleTraits, 4> kRoles{{
    {Role::owner, "owner", "everything", Permissions::all()},
    {Role::admin, "admin", "everything but the team itself and its owners",
     Permissions::all().without({Permission::team_write})},
    {Role::developer, "developer", "everything in environments", kDeveloping},
    {Role::viewer, "viewer", "sees, and changes nothing", kReading},
}};

[[nodiscard]] constexpr RoleTraits const& traits_of(Role role)
{
    return kRoles[static_cast<std::size_t>(role)];
}
[[nodiscard]] std::optional<Role> role_of(std::string_view name);

/// The most that an API token may do. It belongs to one environment, and makes no other token.
inline constexpr Permissions kOfTokens = kDeveloping.without(kTeamwide | Permissions{Permission::api_tokens_write});

/// A scope that stands for several permissions.
struct ScopeTraits {
    std::string_view name;
    std::string_view meaning;
    Permissions permissions;
};

inline constexpr std::array<ScopeTraits, 4> kScopes{{
    {"full", "everything that an API token may do", kOfTokens},
    {"read_only", "sees everything and reads from vendors, changes nothing",
     (kReading & kOfTokens) | Permissions{Permission::calls_read}},
    {"data_plane", "calls vendors, and nothing else", {Permission::calls_read, Permission::calls_write}},
    {"no_credentials", "everything but entering credentials and OAuth apps",
     kOfTokens.without({Permission::credentials_write, Permission::integrations_write})},
}};

/// What scopes allow together. A scope is a name of `kScopes` or of a permission that a token may have. Errors:
/// invalid_argument at `scopes[i]` if one is neither, and at `scopes` if there is none.
[[nodiscard]] Result<Permissions> permissions_of_scopes(std::vector<std::string> const& scopes);

/// Whether `permissions` has `needed`. Errors: forbidden, naming what is missing.
[[nodiscard]] Result<void> check_permission(Permissions permissions, Permission needed);

} // namespace sluice::tenancy
