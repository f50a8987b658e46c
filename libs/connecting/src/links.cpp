#include "connecting/links.hpp"

#include <set>

namespace sluice::connecting {
namespace {

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

Task<Result<LinkToken>> Links::find(std::string secret, Deadline deadline)
{
    if (auto const may = gate_.admit(crypto::TokenKind::link, secret); !may)
        co_return may.error();
    co_return co_await connections_.resolve_link(crypto::candidate_hashes(keyring_, secret), deadline);
}

Task<Result<LinkToken>> Links::authenticate(std::string secret, Deadline deadline)
{
    auto link = co_await find(std::move(secret), deadline);
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
        if (link.persist_previous_context || !link.is_reconnect)
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
        auto installed = co_await integrations_.install(row.integration, state->integration_version, row.override, {},
                                                        deadline);
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
        // The account that is reconnected, or that this link has made so far: nothing else goes into it.
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
