#include "handlers.hpp"

#include "api/config.hpp"
#include "cookies.hpp"
#include "crud.hpp"
#include "http_api/fields.hpp"
#include "identity/user.hpp"
#include "input.hpp"
#include "session_identity.hpp"
#include "view.hpp"

namespace sluice::api {
namespace {

identity::Self self_of(Call const& call)
{
    return identity::Self::of(*call.signed_in);
}

json::object codes_view(std::vector<Secret> const& codes)
{
    json::array shown;
    for (auto const& code : codes)
        shown.emplace_back(code.reveal());
    json::object view;
    view["recovery_codes"] = std::move(shown);
    return view;
}

/// An answer that only its reader may keep.
http::Response private_answer(json::object body)
{
    auto response = ok(std::move(body));
    response.headers.add("cache-control", "no-store");
    return response;
}

} // namespace

MeHandlers::MeHandlers(ShardParts const& parts)
    : config_(parts.config)
    , users_(parts.users)
{
}

Task<Result<http::Response>> MeHandlers::shown(Call& call, Result<identity::User> const& user) const
{
    if (!user)
        co_return user.error();
    co_return private_answer(me_view(*call.signed_in, *user));
}

HandlerResult MeHandlers::get(Call& call)
{
    co_return co_await shown(call, co_await users_.find(call.signed_in->team, call.signed_in->user, call.deadline));
}

HandlerResult MeHandlers::patch(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto name = read_new_name(*body);
    if (!name)
        co_return name.error();
    co_return co_await shown(
        call, co_await users_.own().rename(self_of(call), *std::move(name), call.author(), call.deadline));
}

HandlerResult MeHandlers::sessions(Call& call)
{
    auto const sessions = co_await users_.own().sessions(self_of(call), call.deadline);
    if (!sessions)
        co_return sessions.error();
    auto const current = call.signed_in->session;
    json::object view;
    view["result"] =
        views_of(*sessions, [current](identity::Session const& each) { return session_view(each, current); });
    co_return private_answer(std::move(view));
}

HandlerResult MeHandlers::end_session(Call& call)
{
    bool const is_current = call.parameter("id") == "current";
    auto const id = is_current ? Result<SessionId>(call.signed_in->session) : call.id<SessionId>("id", "session");
    if (!id)
        co_return id.error();
    auto const ended = co_await users_.own().end_session(self_of(call), *id, call.author(), call.deadline);
    if (!ended)
        co_return ended.error();
    auto response = ok({{"id", id->str()}});
    if (*id == call.signed_in->session)
        response.headers.add("set-cookie", set_cookie(config_, kSessionCookie, "", std::chrono::seconds(0)));
    co_return response;
}

HandlerResult MeHandlers::change_password(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto change = read_password_change(*body);
    if (!change)
        co_return change.error();
    auto const changed = co_await users_.own().change_password(self_of(call), std::move(change->current),
                                                               std::move(change->fresh), call.author(), call.deadline);
    co_return changed ? Result<http::Response>(ok({})) : changed.error();
}

HandlerResult MeHandlers::begin_second_factor(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    if (auto const read = read_nothing(*body); !read)
        co_return read.error();
    auto const begun = co_await users_.own().begin_second_factor(self_of(call), call.author(), call.deadline);
    if (!begun)
        co_return begun.error();
    co_return private_answer({{"secret", begun->secret.reveal()}, {"uri", begun->uri.reveal()}});
}

HandlerResult MeHandlers::confirm_second_factor(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto code = read_second_factor_code(*body);
    if (!code)
        co_return code.error();
    auto const codes =
        co_await users_.own().confirm_second_factor(self_of(call), *std::move(code), call.author(), call.deadline);
    co_return codes ? Result<http::Response>(private_answer(codes_view(*codes))) : codes.error();
}

HandlerResult MeHandlers::remove_second_factor(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto removal = read_second_factor_removal(*body);
    if (!removal)
        co_return removal.error();
    auto const removed = co_await users_.own().remove_second_factor(
        self_of(call), std::move(removal->password), std::move(removal->code), call.author(), call.deadline);
    co_return removed ? Result<http::Response>(ok({})) : removed.error();
}

HandlerResult MeHandlers::new_recovery_codes(Call& call)
{
    auto const body = http::read_object(call.request);
    if (!body)
        co_return body.error();
    auto code = read_second_factor_code(*body);
    if (!code)
        co_return code.error();
    auto const codes =
        co_await users_.own().new_recovery_codes(self_of(call), *std::move(code), call.author(), call.deadline);
    co_return codes ? Result<http::Response>(private_answer(codes_view(*codes))) : codes.error();
}

} // namespace sluice::api
