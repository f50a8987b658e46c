#include "crypto/token.hpp"
#include "fields.hpp"
#include "handlers.hpp"
#include "http_api/url.hpp"
#include "views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sluice::api {
namespace {

using namespace accounts;
using namespace connecting;

constexpr std::chrono::hours kLinkLifetime{7 * 24};
constexpr int kLongestWait = 30;

void check_redirect(std::optional<std::string> const& uri, Fields& fields)
{
    if (uri && !http::parse_url(*uri))
        fields.fail("redirect_uri", "must be an absolute http or https URL without a fragment");
}

bool is_pending(Connection const& connection)
{
    return connection.status != ConnectionStatus::active && connection.status != ConnectionStatus::failed;
}

/// `wait_s`: from 0 to 30.
Result<int> wait_of(http::Query const& query)
{
    auto const text = query.find("wait_s").value_or("0");
    int seconds = 0;
    auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (failure != std::errc{} || end != text.data() + text.size() || seconds < 0 || seconds > kLongestWait)
        return invalid("wait_s", fmt::format("must be a number of seconds from 0 to {}", kLongestWait));
    return seconds;
}

/// What both ways to begin have in common.
struct Target {
    std::optional<std::string> tenant_id;
    std::optional<IntegratedAccountId> account;
    std::optional<std::string> integration;
    std::optional<std::vector<std::string>> scopes;
    std::optional<std::string> redirect_uri;
    std::optional<std::string> region;
    json::object context;
    bool persist_previous_context = false;
};

Target read_target(Fields& fields)
{
    Target target;
    target.tenant_id = fields.text("tenant_id", false);
    target.account = fields.id<IntegratedAccountId>("integrated_account_id", false);
    if (target.tenant_id && target.account)
        fields.fail("integrated_account_id", "excludes tenant_id: connect a new account, or reconnect one");
    bool const has_tenant = fields.has("tenant_id") && !fields.is_null("tenant_id");
    bool const has_account = fields.has("integrated_account_id") && !fields.is_null("integrated_account_id");
    if (!has_tenant && !has_account)
        fields.fail("tenant_id", "is required; or integrated_account_id, to reconnect an account");
    target.integration = fields.text("integration", false);
    target.scopes = fields.texts("scopes", 100);
    target.redirect_uri = fields.text("redirect_uri", false, 2000);
    check_redirect(target.redirect_uri, fields);
    target.region = fields.text("region", false);
    if (auto const* context = fields.object("context", false))
        target.context = *context;
    target.persist_previous_context = fields.flag("persist_previous_context").value_or(false);
    if (target.persist_previous_context && !target.account)
        fields.fail("persist_previous_context", "is for reconnecting, with integrated_account_id");
    return target;
}

} // namespace

LinkHandlers::LinkHandlers(Services const& services, Connector& connector, tenancy::Waiters& waiters)
    : services_(services)
    , connector_(connector)
    , waiters_(waiters)
{
}

HandlerResult LinkHandlers::create_token(Call& call)
{
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto target = read_target(fields);
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    LinkToken token;
    std::optional<EnvironmentIntegrationId> token_installation;
    token.environment = call.environment();
    token.tenant_id = target.tenant_id.value_or("");
    if (target.account) {
        auto const account =
            co_await services_.store.accounts().find(call.environment(), *target.account, call.deadline);
        if (!account)
            co_return account.error().code() == ErrorCode::not_found
                ? invalid("integrated_account_id", "is no account of this environment")
                : account.error();
        token.tenant_id = account->tenant_id;
        token_installation = account->environment_integration;
        token.account = target.account;
        token.is_reconnect = true;
    }
    if (target.integration) {
        auto const installation = co_await installation_named(call, *target.integration);
        if (!installation)
            co_return installation.error();
        if (token.account && token_installation != installation->id)
            co_return invalid("integration", "is not that of the account");
    }
    token.persist_previous_context = target.persist_previous_context;
    token.integration = target.integration;
    token.scopes = target.scopes;
    token.redirect_uri = target.redirect_uri;
    token.region = target.region;
    token.context = std::move(target.context);
    token.expires_at = services_.clock.now() + kLinkLifetime;
    auto const secret = crypto::mint_token(services_.keyring, crypto::TokenKind::link);
    auto const created = co_await services_.store.connections().create_link(
        std::move(token), crypto::hash_token(services_.keyring, secret.reveal()), call.deadline);
    if (!created)
        co_return created.error();
    co_return http::json_response(
        201, json::value(json::object{{"id", created->id.str()},
                                      {"link_token", secret.reveal()},
                                      {"url", services_.config.public_url + "/connect?link_token=" + secret.reveal()},
                                      {"expires_at", to_rfc3339(created->expires_at)}}));
}

Task<Result<EnvironmentIntegration>> LinkHandlers::installation_named(Call& call, std::string name)
{
    auto const all = co_await services_.store.integrations().list(call.environment(), call.deadline);
    if (!all)
        co_return all.error();
    tenancy::ListQuery everything;
    everything.limit = tenancy::ListQuery::kMaxLimit;
    auto const rows =
        co_await services_.store.installations().list(call.environment(), std::move(everything), call.deadline);
    if (!rows)
        co_return rows.error();
    for (auto const& row : rows->items)
        for (auto const& integration : *all)
            if (integration.id == row.integration && integration.name == name)
                co_return row;
    co_return invalid("integration", "is not installed in this environment");
}

HandlerResult LinkHandlers::create_connection(Call& call)
{
    auto const body = read_object(call.request);
    if (!body)
        co_return body.error();
    Fields fields(*body);
    auto target = read_target(fields);
    auto const method = fields.text("authentication_method", false);
    if (!target.integration && !target.account)
        fields.fail("integration", "is required: the name of an integration of this environment");
    if (auto const checked = fields.check(); !checked)
        co_return checked.error();
    ConnectRequest request;
    request.environment = call.environment();
    request.authentication_method = method.value_or("oauth2");
    request.region = target.region;
    request.redirect_uri = target.redirect_uri;
    request.scopes = target.scopes;
    request.given = std::move(target.context);
    request.persist_previous_context = target.persist_previous_context;
    if (target.account) {
        auto const account =
            co_await services_.store.accounts().find(call.environment(), *target.account, call.deadline);
        if (!account)
            co_return account.error().code() == ErrorCode::not_found
                ? invalid("integrated_account_id", "is no account of this environment")
                : account.error();
        request.account = target.account;
        request.tenant_id = account->tenant_id;
        request.installation = account->environment_integration;
        if (target.integration && *target.integration != account->integration_name)
            co_return invalid("integration", "is not that of the account");
    } else {
        auto const installation = co_await installation_named(call, *target.integration);
        if (!installation)
            co_return installation.error();
        request.tenant_id = *target.tenant_id;
        request.installation = installation->id;
    }
    auto const started = co_await connector_.start(std::move(request), call.deadline);
    if (!started)
        co_return started.error();
    auto answer = view(started->connection);
    answer["redirect_url"] = services_.config.public_url + "/connect/start?state=" + started->state.reveal();
    co_return http::json_response(201, json::value(std::move(answer)));
}

HandlerResult LinkHandlers::get_connection(Call& call)
{
    auto const id = call.id<ConnectionId>("id", "connection");
    auto const wait = wait_of(call.query);
    if (!id || !wait)
        co_return id ? wait.error() : id.error();
    auto const until = Deadline::after(std::chrono::seconds(*wait));
    std::optional<tenancy::Waiters::Place> place;
    if (*wait > 0) {
        auto joined = waiters_.join(call.environment(), id->uuid());
        if (!joined)
            co_return joined.error();
        place.emplace(*std::move(joined));
    }
    for (;;) {
        auto const connection = co_await services_.store.connections().find(
            call.environment(), *id, Deadline::after(services_.config.management_limit));
        if (!connection)
            co_return connection.error();
        if (!is_pending(*connection) || !place || until.expired())
            co_return http::json_response(200, json::value(view(*connection)));
        co_await place->wait(until);
    }
}

} // namespace sluice::api
