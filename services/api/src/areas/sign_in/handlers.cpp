#include "handlers.hpp"

#include "api/config.hpp"
#include "areas/me/view.hpp"
#include "crud.hpp"
#include "http_api/fields.hpp"
#include "identity/identity_provider.hpp"
#include "input.hpp"
#include "session_cookies.hpp"
#include "static_files.hpp"
#include "tenancy/secret_gate.hpp"
#include "tenancy/tenancy.hpp"
#include "view.hpp"

namespace sluice::api {

namespace {

/// The body of a request of our pages (`read_page_body`), as `read` takes it.
template <class T>
Result<T> read_input(Call const& call, Config const& config, Result<T> (*read)(json::object const&))
{
    auto const body = read_page_body(call.request, config);
    return body ? read(*body) : Result<T>(body.error());
}

} // namespace

SignInHandlers::SignInHandlers(ShardParts const& parts)
    : config_(parts.config)
    , files_(parts.files)
    , tenancy_(parts.rows.tenancy)
    , gate_(parts.secrets)
    , sign_in_(parts.sign_in)
    , providers_(parts.rows.identity_providers)
    , has_mail_(!parts.config.smtp.url.empty())
{
}

HandlerResult SignInHandlers::page(Call&)
{
    // No site may show it in a frame, since a person could then be led to type or click by mistake.
    co_return files_.page("sign-in.html", "'none'");
}

HandlerResult SignInHandlers::options(Call& call)
{
    std::optional<tenancy::Team> team;
    if (auto const given = call.query.find("team"); given && !given->empty()) {
        if (auto const may = gate_.admit_guess(call.asker()); !may)
            co_return may.error();
        auto found = co_await tenancy_.find_team(std::string(*given), call.deadline);
        if (!found && found.error().code() != ErrorCode::not_found)
            co_return found.error();
        if (found)
            team = *std::move(found);
    }
    std::vector<identity::IdentityProvider> providers;
    if (team) {
        auto found = co_await providers_.enabled(team->id, call.deadline);
        if (!found)
            co_return found.error();
        providers = *std::move(found);
    }
    co_return ok(sign_in_options_view(team, providers, has_mail_));
}

Result<http::Response> SignInHandlers::opened(Result<identity::Opened> const& opened) const
{
    if (!opened)
        return opened.error();
    auto response = ok(me_view(opened->who, opened->user));
    add_session_cookies(response, *opened, config_);
    response.headers.add("cache-control", "no-store");
    return response;
}

HandlerResult SignInHandlers::with_password(Call& call)
{
    auto entered = read_input(call, config_, read_sign_in);
    if (!entered)
        co_return entered.error();
    co_return opened(co_await sign_in_.with_password(*std::move(entered), client_of(call, config_), call.deadline));
}

HandlerResult SignInHandlers::with_link(Call& call)
{
    auto secret = read_input(call, config_, read_link_secret);
    if (!secret)
        co_return secret.error();
    co_return opened(co_await sign_in_.with_link(*std::move(secret), client_of(call, config_), call.deadline));
}

HandlerResult SignInHandlers::show(Call& call, identity::LinkKind kind)
{
    auto secret = read_input(call, config_, read_link_secret);
    if (!secret)
        co_return secret.error();
    auto const link = co_await sign_in_.show(kind, *std::move(secret), call.deadline);
    if (!link)
        co_return link.error();
    co_return ok(link_view(*link));
}

HandlerResult SignInHandlers::show_invitation(Call& call)
{
    return show(call, identity::LinkKind::invitation);
}

HandlerResult SignInHandlers::show_reset(Call& call)
{
    return show(call, identity::LinkKind::reset);
}

HandlerResult SignInHandlers::accept_invitation(Call& call)
{
    auto entered = read_input(call, config_, read_acceptance);
    if (!entered)
        co_return entered.error();
    co_return opened(co_await sign_in_.accept_invitation(*std::move(entered), client_of(call, config_), call.deadline));
}

HandlerResult SignInHandlers::reset(Call& call)
{
    auto entered = read_input(call, config_, read_reset);
    if (!entered)
        co_return entered.error();
    co_return opened(co_await sign_in_.reset(*std::move(entered), client_of(call, config_), call.deadline));
}

HandlerResult SignInHandlers::request_reset(Call& call)
{
    auto forgotten = read_input(call, config_, read_forgotten);
    if (!forgotten)
        co_return forgotten.error();
    auto const taken = co_await sign_in_.request_reset(forgotten->team, forgotten->email, client_of(call, config_));
    if (!taken)
        co_return taken.error();
    co_return http::json_response(202, json::value(json::object{}));
}

} // namespace sluice::api
