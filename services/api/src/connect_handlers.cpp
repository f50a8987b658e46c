// What the Link UI talks to: authorised by a link token, and where the vendor is involved by a cookie of ours.
#include "base/encoding.hpp"
#include "base/random.hpp"
#include "caller_identity.hpp"
#include "connect_refusal.hpp"
#include "fields.hpp"
#include "handlers.hpp"
#include "http_api/url.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sluice::api {
namespace {

using namespace accounts;
using namespace connecting;

constexpr std::size_t kCookieSize = 43; // 32 bytes in base64url
/// Connections that one browser can be at, at the same time.
constexpr std::size_t kMostCookies = 4;
constexpr std::chrono::seconds kVendorLimit{25};

/// Whether cookies may go to these pages: over TLS, or to this machine alone.
bool may_have_cookies(Config const& config)
{
    auto const url = http::parse_url(config.public_url);
    return url && (url->is_tls || url->host == "localhost" || url->host == "::1" || url->host.starts_with("127."));
}

/// Where pages are https, `__Host-`: no other host, however related, can plant such a cookie.
std::string_view cookie_name(Config const& config)
{
    return config.public_url.starts_with("https://") ? "__Host-sluice_connect" : "sluice_connect";
}

bool is_cookie(std::string_view text)
{
    return text.size() == kCookieSize && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                      c == '_';
           });
}

/// What this browser was given before, the newest first.
std::vector<std::string> cookies_in(http::Request const& request, Config const& config)
{
    auto const name = cookie_name(config);
    std::vector<std::string> values;
    std::string_view rest = request.headers.find("cookie").value_or("");
    while (!rest.empty()) {
        auto const end = rest.find(';');
        auto pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        while (pair.starts_with(' '))
            pair.remove_prefix(1);
        if (!pair.starts_with(name) || pair.substr(name.size(), 1) != "=")
            continue;
        for (auto list = pair.substr(name.size() + 1); !list.empty() && values.size() < kMostCookies;) {
            auto const dot = list.find('.');
            if (is_cookie(list.substr(0, dot)))
                values.emplace_back(list.substr(0, dot));
            list = dot == std::string_view::npos ? std::string_view{} : list.substr(dot + 1);
        }
    }
    return values;
}

std::string new_cookie()
{
    std::array<std::uint8_t, 32> bytes{};
    random_bytes(bytes);
    return base64url(bytes);
}

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

json::value value_of(json::object const& known, std::string const& name)
{
    auto const* value = known.if_contains(name);
    return value != nullptr && value->is_string() ? *value : json::value(nullptr);
}

json::array fields_view(std::vector<catalog::ContextField> const& fields, json::object const& known)
{
    json::array views;
    for (auto const& field : fields) {
        json::object view{{"name", field.name},         {"label", field.label},   {"description", field.description},
                          {"required", field.required}, {"secret", field.secret}, {"max_length", field.max_length}};
        view["pattern"] = field.pattern_text.empty() ? json::value(nullptr) : json::value(field.pattern_text);
        view["value"] = field.secret ? json::value(nullptr) : value_of(known, field.name);
        views.push_back(std::move(view));
    }
    return views;
}

json::object integration_view(catalog::Integration const& integration, EnvironmentIntegrationId id, bool has_app,
                              LinkToken const& token, json::object const& known)
{
    json::array methods;
    for (auto const& format : integration.credentials) {
        bool const is_oauth = goes_to_vendor(format);
        if (is_oauth && (!has_app || format.oauth->client_id.empty() || !format.oauth->fixes_hosts()))
            continue;
        json::object method{{"name", format.name}, {"label", format.label}, {"kind", is_oauth ? "oauth2" : "form"}};
        method["fields"] = fields_view(format.fields, known);
        if (is_oauth) {
            method["scopes"] = json::array_of(token.scopes ? *token.scopes : format.oauth->scopes);
        }
        methods.push_back(std::move(method));
    }
    json::object view{{"environment_integration_id", id.str()},
                      {"name", integration.name},
                      {"label", integration.label},
                      {"category", integration.category}};
    view["fields"] = fields_view(integration.fields, known);
    view["methods"] = std::move(methods);
    return view;
}

template <class T>
json::value id_or_null(std::optional<T> const& id)
{
    return id ? json::value(id->str()) : json::value(nullptr);
}

/// What the Link UI may know of a connection.
json::object outcome_view(Connection const& connection)
{
    bool const is_over = connection.status == ConnectionStatus::active || connection.status == ConnectionStatus::failed;
    json::object view{{"id", connection.id.str()},
                      {"status", is_over ? name_of(connection.status) : name_of(ConnectionStatus::initiated)}};
    view["error"] = nullptr;
    if (auto const* error = connection.error.if_object())
        view["error"] = json::object{
            {"error_type",
             error->if_contains("error_type") != nullptr ? error->at("error_type") : json::value("connection_error")},
            {"message", error->if_contains("message") != nullptr ? error->at("message") : json::value("")}};
    view["integrated_account_id"] =
        connection.status == ConnectionStatus::active ? id_or_null(connection.account) : json::value(nullptr);
    return view;
}

json::value or_null(std::optional<std::string> const& text)
{
    return text ? json::value(*text) : json::value(nullptr);
}

} // namespace

ConnectHandlers::ConnectHandlers(Services const& services, connecting::Links& links, connecting::Connector& connector,
                                 connecting::ConnectForm& form)
    : services_(services)
    , links_(links)
    , connector_(connector)
    , form_(form)
{
}

Task<Result<LinkToken>> ConnectHandlers::authenticate(Call& call)
{
    auto link = co_await links_.authenticate(std::string(bearer_of(call.request)), call.deadline);
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
    auto const asker = co_await services_.store.tenancy().load_environment(token->environment, call.deadline);
    if (!asker)
        co_return connect_refusal(asker.error());
    auto const offered = co_await links_.offered(*token, call.deadline);
    if (!offered)
        co_return connect_refusal(offered.error());
    json::array integrations;
    for (auto const& [id, installed, has_app] : offered->offers)
        integrations.push_back(integration_view(*installed->integration, id, has_app, *token, offered->known));
    json::object theme{{"name", value_of(asker->theme, "name")},
                       {"logo_url", value_of(asker->theme, "logo_url")},
                       {"color", value_of(asker->theme, "color")}};
    json::object view{{"tenant_id", token->tenant_id},
                      {"is_reconnect", token->is_reconnect},
                      {"expires_at", to_rfc3339(token->expires_at)},
                      {"redirect_uri", or_null(token->redirect_uri)}};
    view["environment"] = json::object{{"name", asker->name}, {"theme", std::move(theme)}};
    view["integrations"] = std::move(integrations);
    co_return http::json_response(200, json::value(std::move(view)));
}

HandlerResult ConnectHandlers::submit(Call& call)
{
    auto const token = co_await authenticate(call);
    if (!token)
        co_return connect_refusal(token.error());
    auto const body = read_object(call.request);
    if (!body)
        co_return connect_refusal(body.error());
    Fields fields(*body);
    auto const installation = fields.id<EnvironmentIntegrationId>("environment_integration_id", true);
    auto const method = fields.text("authentication_method", true);
    auto const* context = fields.object("context", true);
    if (auto const checked = fields.check(); !checked)
        co_return connect_refusal(checked.error());
    auto chosen = co_await links_.choose(*token, {*installation, *method, *context}, call.deadline);
    if (!chosen)
        co_return connect_refusal(chosen.error());
    auto const deadline = Deadline::after(kVendorLimit);
    if (chosen->goes_to_vendor) {
        auto const started = co_await connector_.start(std::move(chosen->request), deadline);
        if (!started)
            co_return connect_refusal(started.error());
        co_return http::json_response(
            200, json::value(json::object{{"connection_id", started->connection.id.str()},
                                          {"authorize_url", "/connect/start?state=" + started->state.reveal()}}));
    }
    auto const account = co_await connector_.connect(std::move(chosen->request), deadline);
    if (!account)
        co_return connect_refusal(account.error());
    // The account is connected: that its form could not be looked up spoils nothing.
    auto const form = co_await form_.token_for(token->environment, account->id, call.deadline);
    json::object view{{"result", "success"},
                      {"integration", chosen->installed->integration->name},
                      {"integrated_account_id", account->id.str()}};
    view["form_token"] = form ? or_null(*form) : json::value(nullptr);
    co_return http::json_response(200, json::value(std::move(view)));
}

HandlerResult ConnectHandlers::connection(Call& call)
{
    // The link is used up once the account is active, and its page still asks.
    auto const link = co_await links_.find(std::string(bearer_of(call.request)), call.deadline);
    auto const id = ConnectionId::parse(call.parameter("connection_id"));
    if (!link || !id)
        co_return connect_refusal(link || link.error().code() == ErrorCode::not_found ? invalid_link() : link.error());
    if (auto const may = call.belongs_to(link->environment); !may)
        co_return connect_refusal(may.error());
    auto const found = co_await services_.store.connections().find(link->environment, *id, call.deadline);
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
    view["redirect_uri"] = or_null(connection.redirect_uri);
    view["form_token"] = nullptr;
    if (connection.account && connection.status == ConnectionStatus::active) {
        auto const account =
            co_await services_.store.accounts().find(connection.environment, *connection.account, call.deadline);
        if (account)
            view["integration"] = account->integration_name;
        auto const form = co_await form_.token_for(connection.environment, *connection.account, call.deadline);
        if (form)
            view["form_token"] = or_null(*form);
    }
    co_return http::json_response(200, json::value(std::move(view)));
}

Result<void> ConnectHandlers::admit_state(std::string_view state) const
{
    auto const may = services_.secrets.admit(crypto::TokenKind::state, state);
    // What is none of ours is told by who knows what to say of it.
    return may || may.error().code() == ErrorCode::not_found ? Result<void>() : may;
}

HandlerResult ConnectHandlers::start_page(Call&)
{
    // Its script begins the connection: in a window of its own, never in a frame.
    co_return services_.files.page("connect.html", "'none'");
}

HandlerResult ConnectHandlers::start(Call& call)
{
    // An act of our own page, not the address itself: scanners of links and previews only fetch.
    auto const site = call.request.headers.find("sec-fetch-site");
    if (site && *site != "same-origin")
        co_return connect_refusal(
            Error{ErrorCode::forbidden, "Only the page at /connect/start may begin a connection."});
    if (!may_have_cookies(services_.config))
        co_return connect_refusal(Error{ErrorCode::forbidden, "Connections go by way of a vendor's page only where "
                                                              "public_url is https, or of this machine alone."});
    auto const body = read_object(call.request);
    if (!body)
        co_return connect_refusal(body.error());
    Fields fields(*body);
    auto const state = fields.text("state", true);
    if (auto const checked = fields.check(); !checked)
        co_return connect_refusal(checked.error());
    if (auto const may = admit_state(*state); !may)
        co_return connect_refusal(may.error());
    // A fresh value each time: one that was planted here before is never what a connection is bound to.
    auto known = cookies_in(call.request, services_.config);
    auto const fresh = new_cookie();
    auto const url = co_await connector_.authorize_url(*state, fresh, known, call.deadline);
    if (!url)
        co_return connect_refusal(url.error());
    known.insert(known.begin(), fresh);
    known.resize(std::min(known.size(), kMostCookies));
    bool const is_secure = services_.config.public_url.starts_with("https://");
    auto response = http::json_response(200, json::value(json::object{{"url", *url}}));
    response.headers.add("cache-control", "no-store");
    response.headers.add("set-cookie", fmt::format("{}={}; Path={}; Max-Age=3600; HttpOnly; SameSite=Lax{}",
                                                   cookie_name(services_.config), fmt::join(known, "."),
                                                   is_secure ? "/" : "/connect", is_secure ? "; Secure" : ""));
    co_return response;
}

HandlerResult ConnectHandlers::callback(Call& call)
{
    // Fetched ahead of a click that may never come: the code is not used for that.
    if (call.request.headers.find("sec-purpose").value_or("").starts_with("prefetch"))
        co_return Error{ErrorCode::unavailable, "This page is not served ahead of its visit."};
    if (auto const may = admit_state(call.query.find("state").value_or("")); !may)
        co_return failed_page(may.error());
    Callback given{std::string(call.query.find("state").value_or("")),
                   std::string(call.query.find("code").value_or("")),
                   std::string(call.query.find("error").value_or("")), cookies_in(call.request, services_.config)};
    auto const admit = [&call](EnvironmentId environment) { return call.belongs_to(environment); };
    auto const connection = co_await connector_.finish(std::move(given), admit, Deadline::after(kVendorLimit));
    if (!connection)
        co_return failed_page(connection.error());
    bool const is_active = connection->status == ConnectionStatus::active;
    http::Query query;
    if (!connection->link_token && connection->redirect_uri) {
        // A back end's own: no page of ours is in between.
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
    // What the page after the callback shows comes from here and not from its address, which anybody can write. The
    // cookie proves that this browser made the connection.
    auto const id = ConnectionId::parse(call.parameter("connection_id"));
    auto const environment = EnvironmentId::parse(call.query.find("environment").value_or(""));
    auto const cookies = cookies_in(call.request, services_.config);
    if (!id || !environment)
        co_return connect_refusal(invalid_link());
    auto const found = co_await services_.store.connections().find(*environment, *id, call.deadline);
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
    co_return services_.files.page("connect.html", fmt::format("{}", fmt::join(*origins, " ")));
}

Task<Result<std::vector<std::string>>> ConnectHandlers::frame_origins(Call& call)
{
    using Origins = std::vector<std::string>;
    auto const token = call.query.find("link_token").value_or("");
    auto const link = co_await links_.find(std::string(token), call.deadline);
    if (!link)
        co_return link.error().code() == ErrorCode::not_found ? Result<Origins>(Origins{}) : link.error();
    auto asker = co_await services_.store.tenancy().load_environment(link->environment, call.deadline);
    if (!asker)
        co_return asker.error();
    co_return std::move(asker->link_origins);
}

HandlerResult ConnectHandlers::asset(Call& call)
{
    co_return services_.files.asset("assets/" + std::string(call.parameter("file")), true);
}

HandlerResult ConnectHandlers::sdk(Call&)
{
    co_return services_.files.asset("sluice-link.js", false);
}

} // namespace sluice::api
