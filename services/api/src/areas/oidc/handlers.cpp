#include "handlers.hpp"

#include "api/config.hpp"
#include "areas/sign_in/session_cookies.hpp"
#include "cookies.hpp"
#include "crud.hpp"
#include "http_api/fields.hpp"
#include "identity/oidc.hpp"
#include "identity/oidc_sign_in.hpp"
#include "identity/sessions.hpp"
#include "session_identity.hpp"
#include "tenancy/secret_gate.hpp"

#include <fmt/format.h>

namespace sluice::api {
namespace {

http::Response redirect(std::string_view target)
{
    http::Response response;
    response.status = 303;
    response.headers.add("location", target);
    response.headers.add("cache-control", "no-store");
    response.headers.add("referrer-policy", "no-referrer");
    return response;
}

std::string cookies_of(Call const& call)
{
    return std::string(call.request.headers.find("cookie").value_or(""));
}

/// The sign-in page, which has a text for each fault.
std::string sign_in_page(identity::OidcFault fault, std::string_view team)
{
    auto const query = team.empty() ? std::string() : fmt::format("?team={}", team);
    return fmt::format("/sign-in{}#error={}", query, name_of(fault));
}

struct InvitedBy {
    Secret secret;
    IdentityProviderId provider;
};

Result<InvitedBy> read_invited(json::object const& body)
{
    http::Fields fields(body);
    auto secret = fields.text("secret", true, crypto::kLongestToken);
    auto const provider = fields.id<IdentityProviderId>("provider", true);
    if (auto const checked = fields.check(); !checked)
        return checked.error();
    return InvitedBy{Secret(*std::move(secret)), *provider};
}

/// Where the page sends the browser, with the cookie that it must have there.
http::Response begun_response(identity::Oidc::Begun begun)
{
    auto response = ok({{"url", std::move(begun.url)}});
    response.headers.add("set-cookie", begun.set_cookie);
    response.headers.add("cache-control", "no-store");
    return response;
}

} // namespace

OidcHandlers::OidcHandlers(ShardParts const& parts)
    : config_(parts.config)
    , oidc_(parts.oidc)
    , arrivals_(parts.oidc_sign_in)
    , sign_in_(parts.sign_in)
    , sessions_(parts.sessions)
    , providers_(parts.rows.identity_providers)
    , gate_(parts.secrets)
{
}

HandlerResult OidcHandlers::start(Call& call)
{
    auto const team = TeamId::parse(call.query.find("team").value_or(""));
    auto const provider = IdentityProviderId::parse(call.query.find("provider").value_or(""));
    if (!team)
        co_return invalid("team", "must be the id of a team, such as team_01h455vb4pex5vsknk084sn02q");
    if (!provider)
        co_return invalid("provider", "must be the id of a provider, such as idp_01h455vb4pex5vsknk084sn02q");
    // Each costs a query, and perhaps a request to the provider.
    if (!gate_.admit_guess(call.asker()))
        co_return redirect(sign_in_page(identity::OidcFault::unavailable, team->str()));
    auto const begun =
        co_await oidc_.begin({*team, *provider, identity::SignInPurpose{},
                              std::string(call.query.find("return").value_or("/sign-in")), cookies_of(call)},
                             call.deadline);
    if (!begun)
        co_return redirect(sign_in_page(identity::fault_of_flow(begun.error()), team->str()));
    auto response = redirect(begun->url);
    response.headers.add("set-cookie", begun->set_cookie);
    co_return response;
}

Task<std::shared_ptr<identity::SignedIn const>> OidcHandlers::session_of(Call& call)
{
    auto const cookie = cookie_value(call.request, cookie_name(config_, kSessionCookie));
    if (!cookie)
        co_return nullptr;
    auto const found = co_await sessions_.authenticate(*cookie, call.deadline);
    co_return found ? *found : nullptr;
}

HandlerResult OidcHandlers::callback(Call& call)
{
    auto const team = TeamId::parse(call.parameter("team"));
    if (!team)
        co_return redirect(sign_in_page(identity::OidcFault::unknown_flow, {}));
    auto const who = co_await session_of(call);
    auto arrival = co_await arrivals_.arrive(*team, call.query, cookies_of(call), who.get(), client_of(call, config_),
                                             call.deadline);
    auto response = redirect(arrival.fault ? sign_in_page(*arrival.fault, team->str()) : arrival.return_path);
    response.headers.add("set-cookie", arrival.set_cookie);
    if (arrival.opened)
        add_session_cookies(response, *arrival.opened, config_);
    co_return response;
}

HandlerResult OidcHandlers::start_invitation(Call& call)
{
    auto const body = read_page_body(call.request, config_);
    if (!body)
        co_return body.error();
    auto const invited = read_invited(*body);
    if (!invited)
        co_return invited.error();
    auto const link = co_await sign_in_.show(identity::LinkKind::invitation, invited->secret, call.deadline);
    if (!link)
        co_return link.error();
    auto begun = co_await oidc_.begin(
        {link->team, invited->provider, identity::InvitationPurpose{invited->secret}, "/sign-in", cookies_of(call)},
        call.deadline);
    co_return begun ? Result<http::Response>(begun_response(*std::move(begun))) : begun.error();
}

HandlerResult OidcHandlers::start_link(Call& call)
{
    auto const provider = call.id<IdentityProviderId>("provider", "identity provider");
    if (!provider)
        co_return provider.error();
    auto begun = co_await oidc_.begin(
        {call.signed_in->team, *provider, identity::LinkPurpose{call.signed_in->user}, "/sign-in", cookies_of(call)},
        call.deadline);
    co_return begun ? Result<http::Response>(begun_response(*std::move(begun))) : begun.error();
}

HandlerResult OidcHandlers::unlink(Call& call)
{
    auto const provider = call.id<IdentityProviderId>("provider", "identity provider");
    if (!provider)
        co_return provider.error();
    auto const done =
        co_await providers_.unlink(call.signed_in->team, call.signed_in->user, *provider, call.author(), call.deadline);
    co_return done ? Result<http::Response>(ok({{"id", provider->str()}})) : done.error();
}

} // namespace sluice::api
