#include "connecting/links.hpp"

#include "crypto/token.hpp"

#include <set>

namespace sluice::connecting {
namespace {

Result<void> check_target(Target const& target)
{
    if (!target.tenant_id && !target.account)
        return invalid("tenant_id", "is required; or integrated_account_id, to reconnect an account");
    if (target.tenant_id && target.account)
        return invalid("integrated_account_id", "excludes tenant_id: connect a new account, or reconnect one");
    if (target.persist_previous_context && !target.account)
        return invalid("persist_previous_context", "is for reconnecting, with integrated_account_id");
    return {};
}

Error not_offered(std::string path)
{
    return invalid(std::move(path), "is not offered with this link");
}

} // namespace

bool goes_to_vendor(catalog::CredentialFormat const& format)
{
    return format.oauth && format.oauth->grant == catalog::OAuth::Grant::authorization_code;
}

Error invalid_link()
{
    return {ErrorCode::unauthenticated,
            "This link is unknown, was used already, or has expired. Ask whoever gave it to you for a new one."};
}

Links::Links(ConnectionRepository& connections, accounts::AccountRepository& accounts,
             accounts::InstallationRepository& installations, accounts::IntegrationRepository& definitions,
             accounts::Integrations& integrations, tenancy::SecretGate& gate, crypto::Keyring const& keyring,
             Clock const& clock)
    : connections_(connections)
    , accounts_(accounts)
    , installations_(installations)
    , definitions_(definitions)
    , integrations_(integrations)
    , gate_(gate)
    , keyring_(keyring)
    , clock_(clock)
{
}

Task<Result<accounts::Account>> Links::account_to_reconnect(EnvironmentId environment, IntegratedAccountId id,
                                                            Deadline deadline)
{
    auto account = co_await accounts_.find(environment, id, deadline);
    if (!account && account.error().code() == ErrorCode::not_found)
        co_return invalid("integrated_account_id", "is no account of this environment");
    co_return account;
}

Task<Result<accounts::EnvironmentIntegration>> Links::installation_named(EnvironmentId environment, std::string name,
                                                                         Deadline deadline)
{
    auto const all = co_await definitions_.list(environment, deadline);
    if (!all)
        co_return all.error();
    tenancy::ListQuery everything;
    everything.limit = tenancy::ListQuery::kMaxLimit;
    auto const rows = co_await installations_.list(environment, std::move(everything), deadline);
    if (!rows)
        co_return rows.error();
    for (auto const& row : rows->items)
        for (auto const& integration : *all)
            if (integration.id == row.integration && integration.name == name)
                co_return row;
    co_return invalid("integration", "is not installed in this environment");
}

Task<Result<MintedLink>> Links::mint(EnvironmentId environment, Target target, tenancy::Author author,
                                     Deadline deadline)
{
    if (auto const checked = check_target(target); !checked)
        co_return checked.error();
    LinkToken link;
    std::optional<EnvironmentIntegrationId> of_account;
    link.environment = environment;
    link.tenant_id = target.tenant_id.value_or("");
    if (target.account) {
        auto const account = co_await account_to_reconnect(environment, *target.account, deadline);
        if (!account)
            co_return account.error();
        link.tenant_id = account->tenant_id;
        of_account = account->environment_integration;
        link.account = target.account;
        link.is_reconnect = true;
    }
    if (target.integration) {
        auto const installation = co_await installation_named(environment, *target.integration, deadline);
        if (!installation)
            co_return installation.error();
        if (link.account && of_account != installation->id)
            co_return invalid("integration", "is not that of the account");
    }
    link.persist_previous_context = target.persist_previous_context;
    link.integration = std::move(target.integration);
    link.scopes = std::move(target.scopes);
    link.redirect_uri = std::move(target.redirect_uri);
    link.region = std::move(target.region);
    link.context = std::move(target.context);
    link.expires_at = clock_.now() + kLifetime;
    auto secret = crypto::mint_token(keyring_, crypto::TokenKind::link);
    auto created = co_await connections_.create_link(std::move(link), crypto::hash_token(keyring_, secret.reveal()),
                                                     std::move(author), deadline);
    if (!created)
        co_return created.error();
    co_return MintedLink{*std::move(created), std::move(secret)};
}

Task<Result<ConnectRequest>> Links::request_of(EnvironmentId environment, Target target,
                                               std::string authentication_method, Deadline deadline)
{
    if (auto const checked = check_target(target); !checked)
        co_return checked.error();
    if (!target.integration && !target.account)
        co_return invalid("integration", "is required: the name of an integration of this environment");
    ConnectRequest request;
    request.environment = environment;
    request.authentication_method = std::move(authentication_method);
    request.region = std::move(target.region);
    request.redirect_uri = std::move(target.redirect_uri);
    request.scopes = std::move(target.scopes);
    request.given = std::move(target.context);
    request.persist_previous_context = target.persist_previous_context;
    if (target.account) {
        auto const account = co_await account_to_reconnect(environment, *target.account, deadline);
        if (!account)
            co_return account.error();
        request.account = target.account;
        request.tenant_id = account->tenant_id;
        request.installation = account->environment_integration;
        if (target.integration && *target.integration != account->integration_name)
            co_return invalid("integration", "is not that of the account");
        co_return request;
    }
    auto const installation = co_await installation_named(environment, *target.integration, deadline);
    if (!installation)
        co_return installation.error();
    request.tenant_id = target.tenant_id.value_or("");
    request.installation = installation->id;
    co_return request;
}

Task<Result<LinkToken>> Links::find(std::string secret, tenancy::Asker asker, Deadline deadline)
{
    if (auto const may = gate_.admit(crypto::TokenKind::link, secret, asker); !may)
        co_return may.error();
    co_return co_await connections_.resolve_link(crypto::candidate_hashes(keyring_, secret), deadline);
}

Task<Result<LinkToken>> Links::authenticate(std::string secret, tenancy::Asker asker, Deadline deadline)
{
    auto link = co_await find(std::move(secret), asker, deadline);
    if (!link)
        co_return link.error().code() == ErrorCode::not_found ? invalid_link() : link.error();
    if (link->is_used || link->expires_at <= clock_.now())
        co_return invalid_link();
    co_return link;
}

Task<Result<Links::Offers>> Links::offered(LinkToken link, Deadline deadline)
{
    Offers offers;
    offers.known = link.context;
    std::optional<EnvironmentIntegrationId> only;
    if (link.account) {
        auto const account = co_await accounts_.find(link.environment, *link.account, deadline);
        if (!account)
            co_return account.error();
        only = account->environment_integration;
        for (auto const& [name, value] : account->context)
            if (!offers.known.contains(name))
                offers.known[name] = value;
    }
    tenancy::ListQuery everything;
    everything.limit = tenancy::ListQuery::kMaxLimit;
    everything.ascending = true;
    auto const rows = co_await installations_.list(link.environment, std::move(everything), deadline);
    if (!rows)
        co_return rows.error();
    std::set<IntegrationId> named;
    if (link.integration) {
        auto const all = co_await definitions_.list(link.environment, deadline);
        if (!all)
            co_return all.error();
        for (auto const& definition : *all)
            if (definition.name == *link.integration)
                named.insert(definition.id);
    }
    for (auto const& row : rows->items) {
        bool const is_offered = only ? row.id == *only : row.show_in_catalog;
        if (!row.is_enabled || !is_offered || (link.integration && !named.contains(row.integration)))
            continue;
        auto const state = co_await installations_.load(link.environment, row.id, deadline);
        if (!state)
            co_return state.error();
        auto installed =
            co_await integrations_.install(row.integration, state->integration_version, row.override, {}, deadline);
        if (!installed)
            co_return installed.error();
        offers.offers.push_back({row.id, *std::move(installed), state->app_secret.has_value()});
    }
    co_return offers;
}

Task<Result<Links::Chosen>> Links::choose(LinkToken link, Choice choice, Deadline deadline)
{
    auto const state = co_await installations_.load(link.environment, choice.installation, deadline);
    if (!state)
        co_return state.error().code() == ErrorCode::not_found ? not_offered("environment_integration_id")
                                                               : state.error();
    auto installed = co_await integrations_.install(state->row.integration, state->integration_version,
                                                    state->row.override, {}, deadline);
    if (!installed)
        co_return installed.error();
    auto const& integration = *(*installed)->integration;
    bool is_offered = (!link.integration || *link.integration == integration.name) && state->row.is_enabled;
    if (link.account) {
        auto const account = co_await accounts_.find(link.environment, *link.account, deadline);
        if (!account)
            co_return account.error();
        // If the link has an account already, only that account's installation may be chosen.
        is_offered = is_offered && account->environment_integration == choice.installation;
    } else {
        is_offered = is_offered && state->row.show_in_catalog;
    }
    if (!is_offered)
        co_return not_offered("environment_integration_id");
    auto const* format = integration.find_credentials(choice.authentication_method);
    if (format == nullptr)
        co_return not_offered("authentication_method");
    Chosen chosen;
    chosen.goes_to_vendor = goes_to_vendor(*format);
    chosen.installed = *std::move(installed);
    auto& request = chosen.request;
    request.environment = link.environment;
    request.link_token = link.id;
    request.tenant_id = link.tenant_id;
    request.account = link.account;
    request.persist_previous_context = link.persist_previous_context;
    request.installation = choice.installation;
    request.authentication_method = std::move(choice.authentication_method);
    request.region = link.region;
    request.redirect_uri = link.redirect_uri;
    request.scopes = link.scopes;
    request.entered = std::move(choice.entered);
    request.given = link.context;
    co_return chosen;
}

} // namespace sluice::connecting
