#include "handlers.hpp"

#include "accounts/repositories.hpp"
#include "api/config.hpp"
#include "connect_cookies.hpp"
#include "connect_refusal.hpp"
#include "connecting/connect_form.hpp"
#include "connecting/connection.hpp"
#include "connecting/connector.hpp"
#include "connecting/links.hpp"
#include "cookies.hpp"
#include "crud.hpp"
#include "http_api/fields.hpp"
#include "json_values.hpp"
#include "static_files.hpp"
#include "tenancy/secret_gate.hpp"
#include "tenancy/tenancy.hpp"
#include "view.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sluice::api {
namespace {

using namespace connecting;

constexpr std::chrono::seconds kVendorLimit{25};

http::Response redirect(std::string location)
{
    http::Response response;
    response.status = 303;
    response.headers.add("location", std::move(location));
    response.headers.add("cache-control", "no-store");
    response.headers.add("referrer-policy", "no-referrer");
    return response;
}

std::string done_page(http::Query const& query)
{
    return "/connect/done?" + query.str();
}

http::Response failed_page(Error const& error)
{
    http::Query query;
    query.add("status", "failed");
    query.add("error_type", std::string(error_type_of(error)));
    return redirect(done_page(query));
}

} // namespace

ConnectHandlers::ConnectHandlers(ShardParts const& parts)
    : config_(parts.config)
    , tenancy_(parts.rows.tenancy)
    , connections_(parts.rows.connections)
    , accounts_(parts.rows.accounts)
    , links_(parts.links)
    , connector_(parts.connector)
    , form_(parts.connect_form)
    , secrets_(parts.secrets)
    , files_(parts.files)
{
}

Task<Result<LinkToken>> ConnectHandlers::authenticate(Call& call)
{
    auto link = co_await links_.authenticate(std::string(http::bearer_of(call.request)), call.asker(), call.deadline);
    if (link)
        if (auto const may = call.belongs_to(link->environment); !may)
            co_return may.error();
    co_return link;
}

HandlerResult ConnectHandlers::session(Call& call)
{
    auto const token = co_await authenticate(call);
    if (!token)
        co_return connect_refusal(token.error());
    auto const asker = co_await tenancy_.load_environment(token->environment, call.deadline);
    if (!asker)
        co_return connect_refusal(asker.error());
    auto const offered = co_await links_.offered(*token, call.deadline);
    if (!offered)
        co_return connect_refusal(offered.error());
    auto const team = co_await tenancy_.find_team(asker->team_id.str(), call.deadline);
    if (!team)
        co_return connect_refusal(team.error());
    co_return ok(session_view(*token, *asker, team->name, *offered));
}

HandlerResult ConnectHandlers::submit(Call& call)
{
    auto const token = co_await authenticate(call);
    if (!token)
        co_return connect_refusal(token.error());
    auto const body = http::read_object(call.request);
    if (!body)
        co_return connect_refusal(body.error());
    http::Fields fields(*body);
    auto const installation = fields.id<EnvironmentIntegrationId>("environment_integration_id", true);
    auto const method = fields.text("authentication_method", true);
    auto const* context = fields.object("context", true);
    if (auto const checked = fields.check(); !checked)
        co_return connect_refusal(checked.error());
    auto chosen = co_await links_.choose(*token, {*installation, *method, *context}, call.deadline);
    if (!chosen)
        co_return connect_refusal(chosen.error());
    auto const deadline = Deadline::after(kVendorLimit);
    auto author = call.author_as({tenancy::Actor::Kind::link, token->id.str(), ""});
    if (chosen->goes_to_vendor) {
        auto const started = co_await connector_.start(std::move(chosen->request), std::move(author), deadline);
        if (!started)
            co_return connect_refusal(started.error());
        co_return ok({{"connection_id", started->connection.id.str()},
                      {"authorize_url", "/connect/start?state=" + started->state.reveal()}});
    }
    auto const account = co_await connector_.connect(std::move(chosen->request), std::move(author), deadline);
    if (!account)
        co_return connect_refusal(account.error());
    // The account is connected already, so an error of the form is ignored.
    auto const form = co_await form_.token_for(token->environment, account->id, call.deadline);
    json::object view{{"result", "success"},
                      {"integration", chosen->installed->integration->name},
                      {"integrated_account_id", account->id.str()}};
    view["form_token"] = form ? text_or_null(*form) : json::value(nullptr);
    co_return ok(std::move(view));
}

HandlerResult ConnectHandlers::connection(Call& call)
{
    // The link is used up when the account is active, but its page still asks for the result.
    auto const link = co_await links_.find(std::string(http::bearer_of(call.request)), call.asker(), call.deadline);
    auto const id = ConnectionId::parse(call.parameter("connection_id"));
    if (!link || !id)
        co_return connect_refusal(link || link.error().code() == ErrorCode::not_found ? invalid_link() : link.error());
    if (auto const may = call.belongs_to(link->environment); !may)
        co_return connect_refusal(may.error());
    auto const found = co_await connections_.find(link->environment, *id, call.deadline);
    if (!found && found.error().code() != ErrorCode::not_found)
        co_return connect_refusal(found.error());
    if (!found || found->link_token != link->id)
        co_return connect_refusal(invalid_link());
    co_return co_await answer_outcome(call, *found);
}

HandlerResult ConnectHandlers::answer_outcome(Call& call, Connection const& connection)
{
    auto view = outcome_view(connection);
    view["integration"] = nullptr;
    view["redirect_uri"] = text_or_null(connection.redirect_uri);
    view["form_token"] = nullptr;
    if (connection.account && connection.status == ConnectionStatus::active) {
        auto const account = co_await accounts_.find(connection.environment, *connection.account, call.deadline);
        if (account)
            view["integration"] = account->integration_name;
        auto const form = co_await form_.token_for(connection.environment, *connection.account, call.deadline);
        if (form)
            view["form_token"] = text_or_null(*form);
    }
    co_return ok(std::move(view));
}

Result<void> ConnectHandlers::admit_state(Call const& call, std::string_view state) const
{
    auto const may = secrets_.admit(crypto::TokenKind::state, state, call.asker());
    // An invalid state is not refused here: the look-up of the connection gives the better error.
    return may || may.error().code() == ErrorCode::not_found ? Result<void>() : may;
}

HandlerResult ConnectHandlers::start_page(Call&)
{
    // The script of the page begins the connection. The page must not be shown in a frame.
    co_return files_.page("connect.html", "'none'");
}

HandlerResult ConnectHandlers::start(Call& call)
{
    // Only the script of the page calls this. Link scanners and previews fetch the address of the page, which must not
    // begin anything.
    auto const site = call.request.headers.find("sec-fetch-site");
    if (site && *site != "same-origin")
        co_return connect_refusal(
            Error{ErrorCode::forbidden, "Only the page at /connect/start may begin a connection."});
    if (!may_have_cookies(config_))
        co_return connect_refusal(Error{ErrorCode::forbidden,
                                        "Connecting through a vendor's page needs a public_url that is https, or whose "
                                        "host is this machine (localhost)."});
    auto const body = http::read_object(call.request);
    if (!body)
        co_return connect_refusal(body.error());
    http::Fields fields(*body);
    auto const state = fields.text("state", true);
    if (auto const checked = fields.check(); !checked)
        co_return connect_refusal(checked.error());
    if (auto const may = admit_state(call, *state); !may)
        co_return connect_refusal(may.error());
    // Each connection is bound to a new value, never to one that somebody may have planted in this browser.
    auto known = connect_cookies_in(call.request, config_);
    auto const fresh = new_connect_cookie();
    auto const url = co_await connector_.authorize_url(*state, fresh, known, call.deadline);
    if (!url)
        co_return connect_refusal(url.error());
    auto response = ok({{"url", *url}});
    response.headers.add("cache-control", "no-store");
    response.headers.add("set-cookie", set_connect_cookie(fresh, std::move(known), config_));
    co_return response;
}

HandlerResult ConnectHandlers::callback(Call& call)
{
    // A prefetch must not use the code, since the customer may never open the page.
    if (call.request.headers.find("sec-purpose").value_or("").starts_with("prefetch"))
        co_return Error{ErrorCode::unavailable, "This page cannot be prefetched: open it."};
    if (auto const may = admit_state(call, call.query.find("state").value_or("")); !may)
        co_return failed_page(may.error());
    Callback given{std::string(call.query.find("state").value_or("")),
                   std::string(call.query.find("code").value_or("")),
                   std::string(call.query.find("error").value_or("")), connect_cookies_in(call.request, config_)};
    auto const admit = [&call](EnvironmentId environment) { return call.belongs_to(environment); };
    auto const connection =
        co_await connector_.finish(std::move(given), admit, call.author(), Deadline::after(kVendorLimit));
    if (!connection)
        co_return failed_page(connection.error());
    bool const is_active = connection->status == ConnectionStatus::active;
    http::Query query;
    if (!connection->link_token && connection->redirect_uri) {
        // A back end began this connection, so no page of Sluice is shown.
        query.add("result", is_active ? "success" : "error");
        query.add("connection_id", connection->id.str());
        if (is_active && connection->account)
            query.add("integrated_account_id", connection->account->str());
        else if (auto const* error = connection->error.if_object())
            if (auto const* type = json::string_at(*error, "error_type"))
                query.add("error_type", std::string(*type));
        auto const& to = *connection->redirect_uri;
        co_return redirect(to + (to.find('?') == std::string::npos ? '?' : '&') + query.str());
    }
    query.add("connection", connection->id.str());
    query.add("environment", connection->environment.str());
    query.add("status", is_active ? "active" : "failed");
    co_return redirect(done_page(query));
}

HandlerResult ConnectHandlers::result(Call& call)
{
    // The page after the callback asks here for the result, since anybody can write its address. The cookie proves that
    // this browser made the connection.
    auto const id = ConnectionId::parse(call.parameter("connection_id"));
    auto const environment = EnvironmentId::parse(call.query.find("environment").value_or(""));
    auto const cookies = connect_cookies_in(call.request, config_);
    if (!id || !environment)
        co_return connect_refusal(invalid_link());
    auto const found = co_await connections_.find(*environment, *id, call.deadline);
    if (!found && found.error().code() != ErrorCode::not_found)
        co_return connect_refusal(found.error());
    if (!found || !is_same_browser(*found, cookies))
        co_return connect_refusal(invalid_link());
    if (auto const may = call.belongs_to(found->environment); !may)
        co_return connect_refusal(may.error());
    co_return co_await answer_outcome(call, *found);
}

HandlerResult ConnectHandlers::page(Call& call)
{
    auto const origins = co_await frame_origins(call);
    if (!origins)
        co_return origins.error();
    co_return files_.page("connect.html", fmt::format("{}", fmt::join(*origins, " ")));
}

Task<Result<std::vector<std::string>>> ConnectHandlers::frame_origins(Call& call)
{
    using Origins = std::vector<std::string>;
    auto const token = call.query.find("link_token").value_or("");
    auto const link = co_await links_.find(std::string(token), call.asker(), call.deadline);
    if (!link)
        co_return link.error().code() == ErrorCode::not_found ? Result<Origins>(Origins{}) : link.error();
    auto asker = co_await tenancy_.load_environment(link->environment, call.deadline);
    if (!asker)
        co_return asker.error();
    co_return std::move(asker->link_origins);
}

HandlerResult ConnectHandlers::asset(Call& call)
{
    co_return files_.asset("assets/" + std::string(call.parameter("file")), true, call.request);
}

HandlerResult ConnectHandlers::sdk(Call& call)
{
    auto file = files_.asset("sluice-link.js", false, call.request);
    if (file) // Where the types are (Deno reads this header).
        file->headers.add("x-typescript-types", "/sluice-link.d.ts");
    co_return file;
}

HandlerResult ConnectHandlers::sdk_types(Call& call)
{
    co_return files_.asset("sluice-link.d.ts", false, call.request);
}

} // namespace sluice::api
