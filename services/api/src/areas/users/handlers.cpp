#include "handlers.hpp"

#include "areas/me/view.hpp"
#include "crud.hpp"
#include "crypto/cursor_sealer.hpp"
#include "http_api/fields.hpp"
#include "input.hpp"
#include "tenancy/tenancy.hpp"
#include "view.hpp"

namespace sluice::api {
namespace {

identity::Powers powers_of(Call const& call)
{
    return identity::Powers::of(*call.signed_in);
}

/// A session belongs to one team; every other is not_found.
Result<void> check_own_team(Call const& call)
{
    auto const id = call.id<TeamId>("id", "team");
    if (!id)
        return id.error();
    if (*id != call.caller.team)
        return Error{ErrorCode::not_found, "There is no such team, or it is not yours."};
    return {};
}

/// Nothing but an object without members.
Result<void> read_empty(Call const& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        return body.error();
    return http::Fields(*body).check();
}

} // namespace

UserHandlers::UserHandlers(ShardParts const& parts)
    : users_(parts.users)
    , tenancy_(parts.rows.tenancy)
    , cursors_(parts.cursors)
{
}

HandlerResult UserHandlers::list_teams(Call& call)
{
    auto const query = read_list_query(call, cursors_);
    if (!query)
        co_return query.error();
    if (!query->conditions.empty())
        co_return invalid(query->conditions.front().field, "is not a filter here: there is only your own team");
    auto const team = co_await tenancy_.find_team(call.caller.team.str(), call.deadline);
    if (!team)
        co_return team.error();
    co_return list_response(views_of(std::vector{*team}, team_view), nullptr, query->limit);
}

HandlerResult UserHandlers::get_team(Call& call)
{
    if (auto const checked = check_own_team(call); !checked)
        co_return checked.error();
    co_return api::shown(co_await tenancy_.find_team(call.caller.team.str(), call.deadline), team_view);
}

HandlerResult UserHandlers::patch_team(Call& call)
{
    if (auto const checked = check_own_team(call); !checked)
        co_return checked.error();
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto name = read_team_patch(*body);
    if (!name)
        co_return name.error();
    co_return api::shown(
        co_await tenancy_.rename_team(call.caller.team, *std::move(name), call.author(), call.deadline), team_view);
}

HandlerResult UserHandlers::invite(Call& call)
{
    if (auto const checked = check_own_team(call); !checked)
        co_return checked.error();
    co_return co_await answer_create(call, made_link_view, read_invitation, [this, &call](identity::NewUser user) {
        return users_.invite(call.caller.team, std::move(user), powers_of(call), call.author(), call.deadline);
    });
}

HandlerResult UserHandlers::list(Call& call)
{
    return answer_list(call, cursors_, user_view, [this, &call](tenancy::ListQuery query) {
        return users_.list(call.caller.team, std::move(query), call.deadline);
    });
}

HandlerResult UserHandlers::get(Call& call)
{
    return answer_get<UserId>(call, "user", user_view,
                              [this, &call](UserId id) { return users_.find(call.caller.team, id, call.deadline); });
}

HandlerResult UserHandlers::patch(Call& call)
{
    return answer_change<UserId>(call, "user", user_view, read_user_patch,
                                 [this, &call](UserId id, identity::UserChange change) {
                                     return users_.change(call.caller.team, id, std::move(change), powers_of(call),
                                                          call.author(), call.deadline);
                                 });
}

HandlerResult UserHandlers::remove(Call& call)
{
    return answer_remove<UserId>(call, "user", [this, &call](UserId id) {
        return users_.remove(call.caller.team, id, powers_of(call), call.author(), call.deadline);
    });
}

HandlerResult UserHandlers::make_reset_link(Call& call)
{
    auto const id = call.id<UserId>("id", "user");
    if (!id)
        co_return id.error();
    if (auto const read = read_empty(call); !read)
        co_return read.error();
    auto const made =
        co_await users_.make_reset_link(call.caller.team, *id, powers_of(call), call.author(), call.deadline);
    co_return api::shown(made, made_link_view);
}

HandlerResult UserHandlers::end_sessions(Call& call)
{
    auto const id = call.id<UserId>("id", "user");
    if (!id)
        co_return id.error();
    if (auto const read = read_empty(call); !read)
        co_return read.error();
    auto const ended =
        co_await users_.end_sessions(call.caller.team, *id, powers_of(call), call.author(), call.deadline);
    co_return ended ? Result<http::Response>(ok({{"id", id->str()}})) : ended.error();
}

} // namespace sluice::api
