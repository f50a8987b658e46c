#include "handlers.hpp"
#include "lists.hpp"
#include "people.hpp"
#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

using namespace spec;

constexpr std::string_view kWritableRoles[] = {"admin", "agent", "basic-agent", "lite-agent", "observer-agent"};
constexpr std::string_view kLanguages[] = {"fr", "en"};
constexpr Field kRole[] = {word("name", kWritableRoles).required()};
constexpr Shape kRoleShape{kRole, true};
constexpr Field kOptional[] = {text("bio").nullable(),         text("country").nullable(),
                               text("external_id").nullable(), word("language", kLanguages).nullable(),
                               object("meta").nullable(),      text("timezone").nullable()};
constexpr Field kRequired[] = {text("name").required().at_least(1), text("email").required().at_least(3).at_most(320),
                               object("role", kRoleShape).required()};
constexpr Field kOnUpdate[] = {text("name").at_least(1),      text("email").at_least(3).at_most(320),
                               object("role", kRoleShape),    text("old_password"),
                               text("new_password"),          text("password_confirmation"),
                               text("two_fa_code").nullable()};
constexpr auto kCreate = joined(kOptional, kRequired);
constexpr auto kUpdate = joined(kOptional, kOnUpdate);
constexpr Shape kCreateShape{kCreate};
constexpr Shape kUpdateShape{kUpdate};

/// 0 is the caller.
Answer<Record*> find(Call const& call)
{
    auto* user = call.account.users.find(call.id() != 0 ? call.id() : call.caller.user);
    if (user == nullptr)
        return not_found();
    return user;
}

Answer<void> check_email(Call const& call, Record const* self)
{
    auto const email = text_at(call.fields(), "email");
    if (email.empty())
        return {};
    if (email.find('@') == std::string_view::npos)
        return invalid_field("email", "Not a valid email address.");
    auto const* twin = find_user(call.account, email);
    return twin != nullptr && twin != self ? Answer<void>(conflict()) : Answer<void>();
}

std::string_view role_of(json::object const& data)
{
    return text_at(data.at("role").as_object(), "name");
}

} // namespace

constinit Field const kUserBody = object("", kCreateShape);
constinit Field const kUserUpdateBody = object("", kUpdateShape);

Outcome list_users(Call& call)
{
    auto const roles = call.asked_all("roles");
    auto const email = call.asked("email");
    auto const external_id = call.asked("external_id");
    auto const search = call.asked("search").value_or("");
    return list_of(call, call.account.users, [=](Record& user) {
        auto const& data = user.data;
        return (roles.empty() || std::ranges::find(roles, role_of(data)) != roles.end()) &&
               (!email || text_at(data, "email") == *email) &&
               (!external_id || text_at(data, "external_id") == *external_id) &&
               (contains_ignoring_case(text_at(data, "name"), search) ||
                contains_ignoring_case(text_at(data, "email"), search));
    });
}

Outcome create_user(Call& call)
{
    if (!call.is_admin())
        return forbidden();
    if (auto free = check_email(call, nullptr); !free)
        return free.error();
    auto& user = add_user(call.account, call.fields(), role_of(call.fields()), call.now);
    call.chain().add("user-created", "User", user.id);
    return record_response(201, call.account, user);
}

Outcome get_user(Call& call)
{
    auto const user = find(call);
    if (!user)
        return user.error();
    return record_response(200, call.account, **user);
}

Outcome update_user(Call& call)
{
    auto const found = find(call);
    if (!found)
        return found.error();
    auto& user = **found;
    if (user.id != call.caller.user && !call.is_admin())
        return forbidden();
    if (auto free = check_email(call, &user); !free)
        return free.error();
    auto const& body = call.fields();
    take_over(user.data, body, {"email", "bio", "country", "external_id", "language", "meta", "timezone", "role"});
    if (auto const* name = json::string_at(body, "name"); name != nullptr)
        set_name(user.data, *name);
    user.data["updated_datetime"] = call.time();
    call.account.users.changed(user);
    ++call.account.shared_version;
    call.chain().add("user-updated", "User", user.id);
    return record_response(202, call.account, user);
}

Outcome delete_user(Call& call)
{
    auto const user = find(call);
    if (!user)
        return user.error();
    if (!call.is_admin())
        return forbidden();
    if ((*user)->id == call.account.owner || role_of((*user)->data) == "bot")
        return conflict("This user cannot be deleted.");
    for (auto& [_, ticket] : call.account.tickets.rows())
        if (ticket.assignee_user == (*user)->id)
            ticket.assignee_user = 0;
    ++call.account.shared_version;
    call.chain().add("user-deleted", "User", (*user)->id);
    call.account.users.erase((*user)->id);
    return empty(204);
}

} // namespace sluice::simulator
