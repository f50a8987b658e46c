#include "oauth.hpp"

#include "auth.hpp"
#include "authorize.hpp"
#include "people.hpp"
#include "text.hpp"

#include <algorithm>

namespace sluice::simulator {
namespace {

// clang-format off
constexpr std::string_view kScopes[] = {
    "openid", "email", "profile", "offline", "write:all", "account:read", "account:write", "users:read",
    "users:write", "customers:read", "customers:write", "tickets:read", "tickets:write", "custom_fields:read",
    "custom_fields:write", "events:read", "events:write", "integrations:read", "integrations:write", "jobs:read",
    "jobs:write", "macros:read", "macros:write", "rules:read", "rules:write", "tags:read", "tags:write",
    "satisfaction_survey:read", "satisfaction_survey:write", "statistics:read", "apps:read", "apps:write"};
// clang-format on

/// RFC 6749 section 5.2.
http::Response error(std::string_view code)
{
    bool const is_client = code == "invalid_client";
    auto response = http::json_response(is_client ? 401 : 400, json::object{{"error", code}});
    if (is_client)
        response.headers.add("www-authenticate", "Basic realm=\"oauth\"");
    return response;
}

/// By HTTP Basic, or with the pair in the form.
AppConfig const* client_of(World const& world, http::Request const& request, http::Query const& form)
{
    auto const basic = basic_credentials(request.headers);
    auto const id = basic ? std::string_view(basic->user) : form.find("client_id").value_or("");
    auto const secret = basic ? std::string_view(basic->password) : form.find("client_secret").value_or("");
    auto const* app = world.find_app(id);
    return app != nullptr && app->client_secret == secret ? app : nullptr;
}

bool has(Grant const& grant, std::string_view scope)
{
    return std::ranges::find(grant.scopes, scope) != grant.scopes.end();
}

http::Response issue(Account& account, GrantPtr const& grant, bool with_refresh)
{
    auto const tokens =
        account.grants.issue(grant, account.url, account.now(), account.grants.access_lifetime, with_refresh);
    return http::json_response(200, token_answer(tokens, *grant));
}

http::Response exchange_code(Account& account, AppConfig const& app, http::Query const& form)
{
    auto const code = account.grants.take_code(std::string(form.find("code").value_or("")), account.now());
    if (!code || code->grant->client_id != app.client_id || form.find("redirect_uri") != code->redirect_uri)
        return error("invalid_grant");
    return issue(account, code->grant, has(*code->grant, "offline"));
}

http::Response refresh(Account& account, AppConfig const& app, http::Query const& form)
{
    auto const token = std::string(form.find("refresh_token").value_or(""));
    auto const grant = account.grants.use_refresh(token, app.client_id);
    return grant == nullptr ? error("invalid_grant") : issue(account, grant, account.grants.rotate_refresh_tokens);
}

http::Response answer_token(World& world, Account& account, http::Request const& request, http::Query const& form)
{
    auto const* app = client_of(world, request, form);
    if (app == nullptr)
        return error("invalid_client");
    auto const type = form.find("grant_type");
    if (!type)
        return error("invalid_request");
    if (type == "authorization_code")
        return exchange_code(account, *app, form);
    return type == "refresh_token" ? refresh(account, *app, form) : error("unsupported_grant_type");
}

/// Answers the same for a token it does not know (RFC 7009 section 2.2).
http::Response answer_revoke(World& world, Account& account, http::Request const& request, http::Query const& form)
{
    bool const names_client = request.headers.contains("authorization") || form.find("client_id");
    if (names_client && client_of(world, request, form) == nullptr)
        return error("invalid_client");
    account.grants.revoke(std::string(form.find("token").value_or("")));
    return http::json_response(200, json::object{});
}

http::Response answer(World& world, Account& account, http::Request const& request, std::string_view path)
{
    if (path == "/oauth/authorize")
        return answer_authorize(world, account, request);
    if (path != "/oauth/token" && path != "/oauth/revoke")
        return to_response(not_found(), "");
    if (request.method != http::Method::post)
        return empty(405);
    auto const form = http::Query::parse(request.body);
    if (!form)
        return error("invalid_request");
    return path == "/oauth/token" ? answer_token(world, account, request, *form)
                                  : answer_revoke(world, account, request, *form);
}

} // namespace

http::Response answer_oauth(World& world, Account& account, http::Request const& request, std::string_view path)
{
    if (path.ends_with('/'))
        path.remove_suffix(1);
    auto const call = std::string(http::name_of(request.method)).append(" ").append(path);
    ++account.counters.by_operation[call];
    world.fault = account.faults.take(call, call);
    return world.fault && world.fault->response ? *world.fault->response : answer(world, account, request, path);
}

GrantPtr new_grant(World& world, Account& account, std::string_view client_id, std::vector<std::string> scopes,
                   std::string nonce)
{
    auto const* app = world.find_app(client_id);
    auto const email = "bot@" + std::string(client_id);
    auto* bot = find_user(account, email);
    if (bot == nullptr) {
        bot =
            &add_user(account, {{"name", app != nullptr ? app->name : "App"}, {"email", email}}, "bot", account.now());
        bot->data["client_id"] = client_id;
        account.users.changed(*bot);
    }
    auto grant = std::make_shared<Grant>();
    grant->client_id = client_id;
    grant->scopes = std::move(scopes);
    grant->user = bot->id;
    grant->nonce = std::move(nonce);
    return grant;
}

json::object token_answer(IssuedTokens const& tokens, Grant const& grant)
{
    json::object answer{{"access_token", tokens.access},
                        {"token_type", "Bearer"},
                        {"expires_in", tokens.lifetime.count()},
                        {"scope", join(grant.scopes, " ")}};
    if (!tokens.refresh.empty())
        answer["refresh_token"] = tokens.refresh;
    if (!tokens.identity.empty())
        answer["id_token"] = tokens.identity;
    return answer;
}

std::optional<std::string> unknown_scope(std::vector<std::string> const& scopes)
{
    for (auto const& scope : scopes)
        if (std::ranges::find(kScopes, scope) == std::end(kScopes))
            return scope;
    return std::nullopt;
}

std::vector<std::string> scopes_of(std::string_view text)
{
    std::vector<std::string> scopes;
    for (auto const scope : split(text, ' '))
        if (!scope.empty())
            scopes.emplace_back(scope);
    return scopes;
}

} // namespace sluice::simulator
