#include "session_identity.hpp"

#include "cookies.hpp"
#include "http_api/media_type.hpp"
#include "http_api/url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice::api {
namespace {

constexpr std::string_view kEnvironmentHeader = "sluice-environment";

Error not_signed_in()
{
    return {ErrorCode::unauthenticated,
            "You are not signed in, or your session is over. Sign in again; a program sends an "
            "API token as `Authorization: Bearer slx_api_…`."};
}

Error of_another_site(std::string_view what)
{
    return {ErrorCode::forbidden, fmt::format("A request with a session comes from the pages of Sluice: {}.", what)};
}

bool is_of_origin(http::Request const& request, Config const& config)
{
    if (auto const site = request.headers.find("sec-fetch-site"))
        return *site == "same-origin";
    auto const origin = request.headers.find("origin");
    auto const url = http::parse_url(config.public_url);
    return origin && url && *origin == (url->is_tls ? "https://" : "http://") + url->authority();
}

/// The environment that the request names. Nothing if it names none.
Result<std::optional<EnvironmentId>> named_environment(Call const& call, identity::SignedIn const& user)
{
    using Named = std::optional<EnvironmentId>;
    auto const given = call.request.headers.find(kEnvironmentHeader);
    if (!given)
        return Named{};
    auto const id = EnvironmentId::parse(*given);
    if (!id)
        return invalid("Sluice-Environment", "must be an id such as env_01h455vb4pex5vsknk084sn02q");
    if (!user.may_enter(*id))
        return Error{ErrorCode::not_found, "There is no such environment in your team, or it is not one of yours."};
    return Named{*id};
}

/// Whether the user may use the route, there.
Result<void> check_route(Route const& route, identity::SignedIn const& user, bool has_environment)
{
    if (!route.needs)
        return {};
    if (auto const may = check_permission(user.permissions, *route.needs); !may)
        return may;
    if (!has_environment && !tenancy::kTeamwide.has(*route.needs))
        return invalid("Sluice-Environment", "is required: the environment that the request is about");
    return {};
}

} // namespace

Result<void> check_is_of_page(http::Request const& request, Config const& config)
{
    if (request.headers.find("sluice-client") != "dashboard")
        return of_another_site("it has the header `Sluice-Client: dashboard`");
    if (http::is_safe(request.method))
        return {};
    auto const type = request.headers.find("content-type");
    if (!type || http::parse_media_type(*type).essence() != "application/json")
        return of_another_site("a change has `Content-Type: application/json`");
    if (!is_of_origin(request, config))
        return of_another_site("a change has `Sec-Fetch-Site: same-origin`, or the `Origin` of this API");
    return {};
}

Task<Result<void>> identify_session(Call& call, Route const& route, identity::Sessions& sessions, Config const& config)
{
    // Programs that call vendors have tokens; a browser must never be led to call one.
    if (route.access != Access::caller && route.access != Access::session)
        co_return not_signed_in();
    auto const cookie = cookie_value(call.request, cookie_name(config, kSessionCookie));
    if (!cookie)
        co_return not_signed_in();
    if (auto const is_ours = check_is_of_page(call.request, config); !is_ours)
        co_return is_ours.error();
    auto const warm = sessions.authenticate_warm(*cookie);
    auto const found = warm ? *warm : co_await sessions.authenticate(*cookie, call.deadline);
    if (!found)
        co_return found.error().code() == ErrorCode::unauthenticated ? not_signed_in() : found.error();
    auto const& user = **found;
    auto const environment = named_environment(call, user);
    if (!environment)
        co_return environment.error();
    if (auto const may = check_route(route, user, environment->has_value()); !may)
        co_return may.error();
    call.caller = user.caller(environment->value_or(EnvironmentId{}));
    call.signed_in = *found;
    co_return *environment ? call.belongs_to(**environment) : call.place.take(user.team);
}

} // namespace sluice::api
