#include "connecting/connector.hpp"

#include "accounts/callable_accounts.hpp"
#include "base/encoding.hpp"
#include "base/failpoint.hpp"
#include "base/random.hpp"
#include "http_api/url.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace sluice::connecting {
namespace {

constexpr std::chrono::minutes kConnectionLifetime{10};
constexpr std::chrono::seconds kStoreLimit{5};
constexpr double kMiddle = 0.5;

std::string random_text()
{
    std::array<std::uint8_t, 32> bytes{};
    random_bytes(bytes);
    return base64url(bytes);
}

Error unknown_connection()
{
    return {ErrorCode::not_found, "This connection is unknown or has expired. Start again, or ask for a new link."};
}

Error finished_connection()
{
    return {ErrorCode::conflict, "This connection was finished already, or has failed. Start again."};
}

json::object error_json(Error const& error)
{
    return {{"error_type", error_type_of(error)}, {"message", error.public_detail()}};
}

accounts::Account account_of(ConnectRequest const& request)
{
    accounts::Account account;
    account.environment = request.environment;
    account.environment_integration = request.installation;
    account.tenant_id = request.tenant_id;
    account.authentication_method = request.authentication_method;
    account.region = request.region;
    account.status = accounts::Status::connecting;
    if (request.account)
        account.id = *request.account;
    return account;
}

bool has_field(std::vector<catalog::ContextField> const& fields, std::string_view name)
{
    return std::ranges::find(fields, name, &catalog::ContextField::name) != fields.end();
}

/// What a back end gives must be of the authentication method: an API key beside OAuth would never be used. What comes
/// with a link may be for any method that the customer chooses.
Result<void> check_given(ConnectRequest const& request, catalog::Integration const& integration)
{
    std::vector<FieldFailure> failures;
    auto const* format = integration.find_credentials(request.authentication_method);
    for (auto const& member : request.given) {
        std::string_view const name = member.key();
        if (request.link_token || has_field(integration.fields, name) || has_field(format->fields, name))
            continue;
        auto const other = std::ranges::find_if(integration.credentials,
                                                [&](auto const& offered) { return has_field(offered.fields, name); });
        if (other != integration.credentials.end())
            failures.push_back({fmt::format("context.{}", name),
                                fmt::format("belongs to the authentication method {}: import such an account with "
                                            "`POST /integrated-account`",
                                            other->name)});
    }
    return failures.empty() ? Result<void>{} : Error{std::move(failures)};
}

/// The customer on the vendor's page: known by the link, or by the connection that a back end began.
tenancy::Actor actor_of(Connection const& connection)
{
    return {tenancy::Actor::Kind::link, connection.link_token ? connection.link_token->str() : connection.id.str(), ""};
}

} // namespace

bool is_same_browser(Connection const& connection, std::vector<std::string> const& cookies)
{
    return connection.browser && std::ranges::any_of(cookies, [&](std::string const& cookie) {
               return crypto::equal_in_constant_time(*connection.browser, crypto::sha256(cookie));
           });
}

Connector::Connector(ConnectionRepository& connections, accounts::AccountRepository& accounts,
                     accounts::InstallationRepository& installations, accounts::Integrations& integrations,
                     http::Client& client, Trial& trial, tenancy::Waiters& waiters, crypto::Keyring const& keyring,
                     Clock const& clock, std::string callback_url)
    : connections_(connections)
    , accounts_(accounts)
    , installations_(installations)
    , integrations_(integrations)
    , client_(client)
    , waiters_(waiters)
    , keyring_(keyring)
    , clock_(clock)
    , callback_url_(std::move(callback_url))
    , trial_(trial)
{
}

Task<Result<Connector::Opened>> Connector::open(EnvironmentId environment, EnvironmentIntegrationId id,
                                                Deadline deadline)
{
    auto state = co_await installations_.load(environment, id, deadline);
    if (!state)
        co_return state.error();
    if (!state->row.is_enabled)
        co_return Error{ErrorCode::forbidden, "The integration is disabled in this environment (is_enabled is false)."};
    auto tls = accounts::tls_identity(state->row.override, std::move(state->tls_key));
    auto installed = co_await integrations_.install(state->row.integration, state->integration_version,
                                                    std::move(state->row.override), {}, deadline);
    if (!installed)
        co_return installed.error();
    co_return Opened{environment, *std::move(installed), std::move(state->app_secret), std::move(tls)};
}

Task<Result<json::object>> Connector::merge(ConnectRequest const& request, catalog::Integration const& integration,
                                            Deadline deadline)
{
    accounts::Context kept;
    if (request.account && request.persist_previous_context) {
        auto const state = co_await accounts_.load_state(request.environment, *request.account, deadline);
        if (!state)
            co_return state.error();
        auto old = accounts::open_context(state->account, state->key);
        if (!old)
            co_return old.error();
        kept = *std::move(old);
    }
    co_return accounts::entered_context(kept, request.entered, request.given, integration,
                                        request.authentication_method);
}

Task<Result<Connector::Prepared>> Connector::prepare(ConnectRequest const& request, accounts::Tokens tokens,
                                                     Deadline deadline)
{
    auto opened = co_await open(request.environment, request.installation, deadline);
    if (!opened)
        co_return opened.error();
    auto const& integration = *opened->installed->integration;
    auto whole = co_await merge(request, integration, deadline);
    if (!whole)
        co_return whole.error();
    auto const checked = accounts::check_context(*whole, integration, request.authentication_method, tokens);
    if (!checked)
        co_return checked.error();
    auto context = accounts::split_context(*whole, integration);
    if (auto const url = accounts::render_base_url(integration, context.visible); !url)
        co_return url.error();
    auto const* format = integration.find_credentials(request.authentication_method);
    co_return Prepared{*std::move(opened), format, *std::move(whole), std::move(context)};
}

Task<Error> Connector::refusal_of(Connection const& connection, std::string code, Deadline deadline)
{
    constexpr std::size_t kLongestCode = 40;
    auto const opened = co_await open(connection.environment, connection.environment_integration, deadline);
    auto const vendor = opened ? opened->installed->integration->label : std::string("the vendor");
    if (code == "access_denied")
        co_return Error{ErrorCode::upstream_failed, fmt::format("You did not approve the access at {}.", vendor)};
    co_return Error{
        ErrorCode::upstream_failed,
        fmt::format("{} refused the request for access{}.", opened ? vendor : "The vendor",
                    !code.empty() && code.size() <= kLongestCode ? fmt::format(" ({})", code) : std::string())};
}

Address Connector::addressed(Prepared const& prepared)
{
    auto const& opened = prepared.opened;
    return {opened.environment, opened.installed->integration, prepared.context.visible, opened.tls};
}

Task<Result<accounts::Account>> Connector::connect(ConnectRequest request, tenancy::Author author, Deadline deadline)
{
    auto prepared = co_await prepare(request, accounts::Tokens::required, deadline);
    if (!prepared)
        co_return prepared.error();
    if (auto const there = co_await check_address(client_, addressed(*prepared), deadline); !there)
        co_return there.error();
    auto& context = prepared->context;
    auto const& oauth = prepared->format->oauth;
    auto account = account_of(request);
    if (oauth && oauth->grant == catalog::OAuth::Grant::client_credentials) {
        http::Query form;
        form.add("grant_type", "client_credentials");
        auto const& scopes = request.scopes ? *request.scopes : oauth->scopes;
        if (!scopes.empty())
            form.add("scope", fmt::format("{}", fmt::join(scopes, " ")));
        auto const grant = co_await ask_for_tokens(prepared->opened, *oauth, context, std::move(form), deadline);
        if (!grant)
            co_return grant.error();
        accounts::apply_grant(*grant, clock_.now(), kMiddle, account, context);
        accounts::keep_wanted_scopes(request.scopes, context);
    }
    if (request.account) {
        auto const tried = co_await trial_.try_context(account, context, deadline);
        if (!tried)
            co_return tried.error();
    }
    auto stored = co_await connections_.store_account(std::nullopt, request.link_token, std::move(account),
                                                      std::move(context), std::move(author), deadline);
    if (!stored)
        co_return stored.error();
    co_return co_await trial_.run(std::nullopt, request.link_token, *std::move(stored), deadline);
}

Task<Result<StartedConnection>> Connector::start(ConnectRequest request, tenancy::Author author, Deadline deadline)
{
    auto prepared = co_await prepare(request, accounts::Tokens::not_yet, deadline);
    if (!prepared)
        co_return prepared.error();
    auto const& oauth = prepared->format->oauth;
    if (!oauth || oauth->grant != catalog::OAuth::Grant::authorization_code)
        co_return invalid("authentication_method", "is not connected by way of the vendor's page: import the account");
    auto const& integration = *prepared->opened.installed->integration;
    if (auto const fits = check_given(request, integration); !fits)
        co_return fits.error();
    if (auto const app = accounts::oauth_app(*oauth, prepared->opened.app_secret, prepared->context); !app)
        co_return app.error();
    if (auto const there = co_await check_address(client_, addressed(*prepared), deadline); !there)
        co_return there.error();
    Connection connection;
    connection.environment = request.environment;
    connection.link_token = request.link_token;
    connection.tenant_id = request.tenant_id;
    connection.account = request.account;
    connection.is_reconnect = request.account.has_value();
    connection.persist_previous_context = request.persist_previous_context;
    connection.environment_integration = request.installation;
    connection.authentication_method = request.authentication_method;
    connection.region = request.region;
    connection.redirect_uri = request.redirect_uri;
    connection.context = std::move(prepared->whole);
    connection.verifier = oauth->pkce ? random_text() : std::string();
    connection.nonce = oauth->nonce ? random_text() : std::string();
    connection.scopes = request.scopes ? *request.scopes : oauth->scopes;
    connection.expires_at = clock_.now() + kConnectionLifetime;
    auto state = crypto::mint_token(keyring_, crypto::TokenKind::state);
    auto created = co_await connections_.create(std::move(connection), crypto::hash_token(keyring_, state.reveal()),
                                                std::move(author), deadline);
    if (!created)
        co_return created.error();
    co_return StartedConnection{*std::move(created), std::move(state)};
}

Task<Result<Connection>> Connector::resolve(std::string_view state, Deadline deadline)
{
    if (crypto::form_of(keyring_, crypto::TokenKind::state, state) == crypto::TokenForm::malformed)
        co_return unknown_connection();
    auto connection = co_await connections_.resolve_state(crypto::candidate_hashes(keyring_, state), deadline);
    if (!connection)
        co_return connection.error().code() == ErrorCode::not_found ? unknown_connection() : connection.error();
    if (connection->status == ConnectionStatus::initiated && connection->expires_at <= clock_.now())
        co_return unknown_connection();
    co_return connection;
}

Task<Result<std::string>> Connector::authorize_url(std::string_view state, std::string_view browser,
                                                   std::vector<std::string> known, Deadline deadline)
{
    auto const connection = co_await resolve(state, deadline);
    if (!connection)
        co_return connection.error();
    if (connection->status != ConnectionStatus::initiated)
        co_return finished_connection();
    std::vector<crypto::Digest> sent;
    for (auto const& cookie : known)
        sent.push_back(crypto::sha256(cookie));
    auto const bound = co_await connections_.bind_browser(connection->environment, connection->id,
                                                          crypto::sha256(browser), std::move(sent), deadline);
    if (!bound)
        co_return bound.error();
    auto const opened = co_await open(connection->environment, connection->environment_integration, deadline);
    if (!opened)
        co_return opened.error();
    auto const& integration = *opened->installed->integration;
    auto const* format = integration.find_credentials(connection->authentication_method);
    if (format == nullptr || !format->oauth)
        co_return unknown_connection();
    auto const parts = accounts::split_context(connection->context, integration);
    auto const url = format->oauth->authorize_url.render_url(json::object{{"context", parts.visible}});
    if (!url)
        co_return url.error();
    if (auto const parsed = http::parse_url(*url); !parsed)
        co_return parsed.error();
    http::Query query;
    query.add("response_type", "code");
    query.add("client_id", format->oauth->client_id);
    query.add("redirect_uri", callback_url_);
    query.add("scope", fmt::format("{}", fmt::join(connection->scopes, " ")));
    query.add("state", std::string(state));
    if (!connection->nonce.empty())
        query.add("nonce", connection->nonce);
    if (!connection->verifier.empty()) {
        query.add("code_challenge", base64url(crypto::sha256(connection->verifier)));
        query.add("code_challenge_method", "S256");
    }
    co_return *url + (url->find('?') == std::string::npos ? '?' : '&') + query.str();
}

Task<Result<Connection>> Connector::finish(Callback callback, Admit admit, tenancy::Author author, Deadline deadline)
{
    auto connection = co_await resolve(callback.state, deadline);
    if (!connection)
        co_return connection.error();
    if (!is_same_browser(*connection, callback.browser))
        co_return Error{ErrorCode::conflict, "This connection was begun in another browser. Start again there, or ask "
                                             "for a new link."};
    if (auto const may = admit(connection->environment); !may)
        co_return may.error();
    // Only one request can begin the exchange, so a code that comes twice is used once. A browser that comes again
    // (reload, prefetch, a second click) gets the same result.
    auto const begun = connection->status == ConnectionStatus::initiated
                           ? co_await connections_.begin_exchange(connection->environment, connection->id, deadline)
                           : Result<void>(finished_connection());
    if (!begun && begun.error().code() == ErrorCode::conflict)
        co_return co_await end_of(connection->environment, connection->id, deadline);
    if (!begun)
        co_return begun.error();
    failpoint("connect_claimed");
    bool const has_code = callback.error.empty() && !callback.code.empty();
    author.actor = actor_of(*connection);
    auto account =
        has_code ? co_await exchange(*connection, std::move(callback.code), std::move(author), deadline)
                 : Result<accounts::Account>(co_await refusal_of(*connection, std::move(callback.error), deadline));
    if (!account) {
        // If this cannot be stored either, `resume` ends the connection later.
        [[maybe_unused]] auto const told = co_await connections_.fail(
            connection->environment, connection->id, error_json(account.error()), Deadline::after(kStoreLimit));
    } else {
        [[maybe_unused]] auto const tried =
            co_await trial_.run(connection->id, connection->link_token, *account, deadline);
    }
    co_return co_await connections_.find(connection->environment, connection->id, Deadline::after(kStoreLimit));
}

Task<Result<Connection>> Connector::end_of(EnvironmentId environment, ConnectionId id, Deadline deadline)
{
    auto place = waiters_.join(environment, id.uuid());
    if (!place)
        co_return place.error();
    for (;;) {
        auto connection = co_await connections_.find(environment, id, Deadline::after(kStoreLimit));
        bool const is_over = !connection || connection->status == ConnectionStatus::active ||
                             connection->status == ConnectionStatus::failed;
        if (is_over || deadline.expired())
            co_return is_over ? std::move(connection) : Result<Connection>(finished_connection());
        co_await place->wait(deadline);
    }
}

Task<Result<accounts::TokenGrant>> Connector::ask_for_tokens(Opened const& opened, catalog::OAuth const& oauth,
                                                             accounts::Context const& context, http::Query form,
                                                             Deadline deadline)
{
    auto const app = accounts::oauth_app(oauth, opened.app_secret, context);
    if (!app)
        co_return app.error();
    auto url = oauth.token_url.render_url(json::object{{"context", context.visible}});
    if (!url)
        co_return url.error();
    auto request = accounts::token_request(oauth, *std::move(url), *app, std::move(form), opened.tls);
    request.owner.environment = opened.environment;
    auto const answer = co_await client_.send(std::move(request), deadline);
    if (!answer)
        co_return answer.error();
    if (answer->unread)
        co_return *answer->unread;
    auto read = accounts::read_token_answer(opened.installed->integration->label, oauth, *answer);
    if (read.kind != accounts::TokenAnswer::Kind::granted)
        co_return read.error;
    co_return std::move(read.grant);
}

Task<Result<accounts::Account>> Connector::exchange(Connection const& connection, std::string code,
                                                    tenancy::Author author, Deadline deadline)
{
    auto const opened = co_await open(connection.environment, connection.environment_integration, deadline);
    if (!opened)
        co_return opened.error();
    auto const& integration = *opened->installed->integration;
    auto const* format = integration.find_credentials(connection.authentication_method);
    if (format == nullptr || !format->oauth)
        co_return unknown_connection();
    auto context = accounts::split_context(connection.context, integration);
    http::Query form;
    form.add("grant_type", "authorization_code");
    form.add("code", std::move(code));
    form.add("redirect_uri", callback_url_);
    if (!connection.verifier.empty())
        form.add("code_verifier", connection.verifier);
    auto grant = co_await ask_for_tokens(*opened, *format->oauth, context, std::move(form), deadline);
    if (!grant)
        co_return grant.error().code() == ErrorCode::reauth_needed
            ? Error{ErrorCode::upstream_failed,
                    fmt::format("{} did not accept its own authorization (invalid_grant). Start again.",
                                integration.label)}
            : grant.error();
    failpoint("connect_exchanged");
    if (!connection.nonce.empty() && grant->nonce && *grant->nonce != connection.nonce)
        co_return Error{
            ErrorCode::upstream_failed,
            fmt::format("The answer of {} belongs to another request (nonce). Start again.", integration.label)};
    if (!grant->scopes)
        grant->scopes = connection.scopes; // Absent scopes mean those that were asked for (RFC 6749 section 5.1).
    accounts::Account account;
    account.environment = connection.environment;
    account.environment_integration = connection.environment_integration;
    account.tenant_id = connection.tenant_id;
    account.authentication_method = connection.authentication_method;
    account.region = connection.region;
    if (connection.account)
        account.id = *connection.account;
    accounts::apply_grant(*grant, clock_.now(), kMiddle, account, context);
    if (connection.account) {
        auto const tried = co_await trial_.try_context(account, context, deadline);
        if (!tried)
            co_return tried.error();
    }
    co_return co_await connections_.store_account(connection.id, connection.link_token, std::move(account),
                                                  std::move(context), std::move(author), Deadline::after(kStoreLimit));
}

Task<Result<std::optional<Timestamp>>> Connector::resume(EnvironmentId environment, ConnectionId id, Deadline deadline)
{
    using Next = std::optional<Timestamp>;
    auto const connection = co_await connections_.find(environment, id, deadline);
    if (!connection)
        co_return connection.error().code() == ErrorCode::not_found ? Result<Next>(Next{}) : connection.error();
    if (connection->status == ConnectionStatus::validating && connection->account) {
        auto const account = co_await accounts_.find(environment, *connection->account, deadline);
        if (!account)
            co_return account.error();
        // The result is written into the account and the connection.
        [[maybe_unused]] auto const tried =
            co_await trial_.run(connection->id, connection->link_token, *account, deadline);
        co_return Next{};
    }
    bool const is_open = connection->status == ConnectionStatus::initiated;
    if (is_open && connection->expires_at > clock_.now())
        co_return Next{connection->expires_at};
    if (is_open || connection->status == ConnectionStatus::exchanging) {
        Error const error{ErrorCode::upstream_failed,
                          is_open ? "Nobody came back from the vendor's page in time. Start again."
                                  : "Connecting was cut off while the vendor was asked. Start again."};
        auto const failed = co_await connections_.fail(environment, id, error_json(error), deadline);
        if (!failed)
            co_return failed.error();
    }
    co_return Next{};
}

} // namespace sluice::connecting
