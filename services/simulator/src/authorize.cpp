#include "authorize.hpp"

#include "consent.hpp"
#include "oauth.hpp"
#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

constexpr std::chrono::minutes kCodeLifetime{10};

http::Response html(int status, std::string page)
{
    http::Response response;
    response.status = status;
    response.headers.add("content-type", "text/html; charset=utf-8");
    response.body = std::move(page);
    return response;
}

/// Back to the app, with these parameters and the state.
http::Response redirect(http::Query const& parameters, http::Query answer)
{
    std::string location(parameters.find("redirect_uri").value_or(""));
    if (auto const state = parameters.find("state"); state)
        answer.add("state", std::string(*state));
    location += (location.find('?') == std::string::npos ? '?' : '&') + answer.str();
    auto response = html(302, {});
    response.headers.add("location", location);
    return response;
}

http::Response redirect_error(http::Query const& parameters, std::string error)
{
    http::Query answer;
    answer.add("error", std::move(error));
    return redirect(parameters, std::move(answer));
}

/// The error to send to the app (RFC 6749 section 4.1.2.1), if there is one.
std::optional<std::string> mistake_in(http::Query const& parameters)
{
    if (parameters.find("response_type") != "code")
        return "unsupported_response_type";
    for (auto const name : {"state", "nonce"})
        if (parameters.find(name).value_or("").empty())
            return "invalid_request";
    auto const scopes = scopes_of(parameters.find("scope").value_or(""));
    if (scopes.empty() || unknown_scope(scopes))
        return "invalid_scope";
    return std::nullopt;
}

http::Response approve(World& world, Account& account, http::Query const& parameters)
{
    auto grant = new_grant(world, account, *parameters.find("client_id"), scopes_of(*parameters.find("scope")),
                           std::string(*parameters.find("nonce")));
    http::Query answer;
    answer.add("code", account.grants.issue_code({std::move(grant), std::string(*parameters.find("redirect_uri")),
                                                  account.now() + kCodeLifetime}));
    return redirect(parameters, std::move(answer));
}

} // namespace

http::Response answer_authorize(World& world, Account& account, http::Request const& request)
{
    bool const decides = request.method == http::Method::post;
    auto const parameters = http::Query::parse(decides ? std::string_view(request.body) : request.query());
    if (!parameters)
        return html(400, error_page("The request is malformed."));
    auto const* app = world.find_app(parameters->find("client_id").value_or(""));
    if (app == nullptr)
        return html(400, error_page("Unknown client_id."));
    // Never redirect to an address the app has not registered.
    if (std::ranges::find(app->redirect_uris, parameters->find("redirect_uri").value_or("")) ==
        app->redirect_uris.end())
        return html(400, error_page("The redirect_uri is not registered."));
    if (auto mistake = mistake_in(*parameters); mistake)
        return redirect_error(*parameters, std::move(*mistake));
    if (!decides)
        return html(200, consent_page(app->name, account.config.subdomain, *parameters));
    if (parameters->find("decision") == "approve")
        return approve(world, account, *parameters);
    return redirect_error(*parameters, "access_denied");
}

} // namespace sluice::simulator
