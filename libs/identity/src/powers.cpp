#include "identity/users.hpp"

#include <algorithm>

namespace sluice::identity {
namespace {

using tenancy::Permission;
using tenancy::Role;

Error forbidden(std::string_view why)
{
    return {ErrorCode::forbidden, std::string(why)};
}

bool gives_no_more_than(Powers const& powers, Role role)
{
    return traits_of(role).permissions.without(powers.permissions).empty();
}

bool reaches(Powers const& powers, Confinement const& environments)
{
    if (!powers.environments)
        return true;
    return environments && std::ranges::all_of(*environments, [&](EnvironmentId const& each) {
               return std::ranges::find(*powers.environments, each) != powers.environments->end();
           });
}

Result<void> check_role(Powers const& powers, Role role)
{
    if (gives_no_more_than(powers, role))
        return {};
    return role == Role::owner ? forbidden("Only owners make, change and remove owners (`team:write`).")
                               : forbidden("You cannot give or change a role that may do more than you.");
}

bool is_self(Powers const& powers, User const& user)
{
    return powers.user == user.id;
}

} // namespace

Powers Powers::of(SignedIn const& who)
{
    Powers powers{who.permissions, who.user, std::nullopt};
    if (who.is_confined) {
        powers.environments.emplace();
        for (auto const& each : who.environments)
            powers.environments->push_back(each.id);
    }
    return powers;
}

Powers Powers::of_operator()
{
    return {tenancy::Permissions::all()};
}

Result<void> may_make(Powers const& powers, NewUser const& user)
{
    if (auto const may = check_permission(powers.permissions, Permission::people_write); !may)
        return may;
    if (auto const may = check_role(powers, user.role); !may)
        return may;
    if (!reaches(powers, user.environments))
        return forbidden("You can let others only into environments that you may enter yourself. Name them in "
                         "`environment_ids`.");
    return {};
}

Result<void> may_administer(Powers const& powers, User const& user)
{
    if (auto const may = check_permission(powers.permissions, Permission::people_write); !may)
        return may;
    if (auto const may = check_role(powers, user.role); !may)
        return may;
    if (!reaches(powers, user.environments))
        return forbidden("This user may enter environments that you may not.");
    return {};
}

Result<void> may_change(Powers const& powers, User const& before, UserChange const& change)
{
    if (auto const may = may_administer(powers, before); !may)
        return may;
    bool const gives_rights = change.role || change.environments || change.is_active;
    if (is_self(powers, before) && gives_rights)
        return forbidden("Nobody changes their own role, environments or access. Ask another owner or admin.");
    if (change.role)
        if (auto const may = check_role(powers, *change.role); !may)
            return may;
    if (change.environments && !reaches(powers, *change.environments))
        return forbidden("You can let others only into environments that you may enter yourself.");
    return {};
}

Result<void> may_remove(Powers const& powers, User const& user)
{
    if (auto const may = may_administer(powers, user); !may)
        return may;
    if (is_self(powers, user))
        return forbidden("Nobody removes themselves. Ask another owner or admin.");
    return {};
}

} // namespace sluice::identity
