#include "store/store.hpp"

#include "core/backend.hpp"
#include "make_repositories.hpp"

namespace sluice::store {

struct Store::Impl {
    Impl(pg::Pool& pool, crypto::Keyring const& keyring, Clock const& clock, snapshots::Announcer& announcer,
         tenancy::QuotaConfig const& quotas)
        : backend{pool, keyring, clock, announcer, quotas}
        , tenancy(make_tenancy(backend))
        , api_tokens(make_api_tokens(backend))
        , audit(make_audit(backend))
        , users(make_users(backend))
        , sessions(make_sessions(backend))
        , user_links(make_links(backend))
        , attempts(make_attempts(backend))
        , identity_providers(make_identity_providers(backend))
        , integrations(make_integrations(backend))
        , installations(make_installations(backend))
        , documentation(make_documentation(backend))
        , accounts(make_accounts(backend))
        , servers(make_servers(backend))
        , account_schemas(make_account_schemas(backend))
        , streams(make_streams(backend))
        , write_calls(make_write_calls(backend))
        , keyed_requests(make_keyed_requests(backend))
        , jobs(make_jobs(backend))
        , counts(make_counts(backend))
        , connections(make_connections(backend))
        , webhooks(make_webhooks(backend))
        , destinations(make_destinations(backend))
        , account_tokens(make_account_tokens(backend))
        , keys(make_keys(backend))
        , retention(make_retention(backend))
    {
    }

    Backend backend;
    std::unique_ptr<tenancy::TenancyRepository> tenancy;
    std::unique_ptr<tenancy::ApiTokenRepository> api_tokens;
    std::unique_ptr<tenancy::AuditRepository> audit;
    std::unique_ptr<identity::UserRepository> users;
    std::unique_ptr<identity::SessionRepository> sessions;
    std::unique_ptr<identity::LinkRepository> user_links;
    std::unique_ptr<identity::AttemptRepository> attempts;
    std::unique_ptr<identity::IdentityProviderRepository> identity_providers;
    People const people{*users, *sessions, *user_links, *attempts, *identity_providers, *audit};
    std::unique_ptr<accounts::IntegrationRepository> integrations;
    std::unique_ptr<accounts::InstallationRepository> installations;
    std::unique_ptr<accounts::DocumentationRepository> documentation;
    std::unique_ptr<accounts::AccountRepository> accounts;
    std::unique_ptr<mcp::ServerRepository> servers;
    std::unique_ptr<toolcalls::SchemaRepository> account_schemas;
    std::unique_ptr<mcp::StreamRepository> streams;
    std::unique_ptr<safeguards::WriteCallRepository> write_calls;
    std::unique_ptr<safeguards::KeyedRequestRepository> keyed_requests;
    std::unique_ptr<jobs::Queue> jobs;
    std::unique_ptr<limits::CountRepository> counts;
    std::unique_ptr<connecting::ConnectionRepository> connections;
    std::unique_ptr<events::WebhookRepository> webhooks;
    std::unique_ptr<events::DestinationRepository> destinations;
    std::unique_ptr<accounts::AccountTokenRepository> account_tokens;
    std::unique_ptr<tenancy::KeyRepository> keys;
    std::unique_ptr<tenancy::Retention> retention;
    Upkeep const upkeep{*keys, *retention};
};

Store::Store(pg::Pool& pool, crypto::Keyring const& keyring, Clock const& clock, snapshots::Announcer& announcer,
             tenancy::QuotaConfig const& quotas)
    : impl_(std::make_unique<Impl>(pool, keyring, clock, announcer, quotas))
{
}

Store::~Store() = default;

tenancy::TenancyRepository& Store::tenancy() const
{
    return *impl_->tenancy;
}
tenancy::ApiTokenRepository& Store::api_tokens() const
{
    return *impl_->api_tokens;
}
People const& Store::people() const
{
    return impl_->people;
}
accounts::IntegrationRepository& Store::integrations() const
{
    return *impl_->integrations;
}
accounts::InstallationRepository& Store::installations() const
{
    return *impl_->installations;
}
accounts::DocumentationRepository& Store::documentation() const
{
    return *impl_->documentation;
}
accounts::AccountRepository& Store::accounts() const
{
    return *impl_->accounts;
}
mcp::ServerRepository& Store::servers() const
{
    return *impl_->servers;
}
toolcalls::SchemaRepository& Store::account_schemas() const
{
    return *impl_->account_schemas;
}
safeguards::WriteCallRepository& Store::write_calls() const
{
    return *impl_->write_calls;
}
safeguards::KeyedRequestRepository& Store::keyed_requests() const
{
    return *impl_->keyed_requests;
}

mcp::StreamRepository& Store::streams() const
{
    return *impl_->streams;
}
jobs::Queue& Store::jobs() const
{
    return *impl_->jobs;
}
limits::CountRepository& Store::counts() const
{
    return *impl_->counts;
}

connecting::ConnectionRepository& Store::connections() const
{
    return *impl_->connections;
}

events::WebhookRepository& Store::webhooks() const
{
    return *impl_->webhooks;
}
events::DestinationRepository& Store::destinations() const
{
    return *impl_->destinations;
}

accounts::AccountTokenRepository& Store::account_tokens() const
{
    return *impl_->account_tokens;
}

Upkeep const& Store::upkeep() const
{
    return impl_->upkeep;
}

std::unique_ptr<calllog::LogRepository> call_log_on(pg::Pool& pool, crypto::Keyring const& keyring, Clock const& clock,
                                                    snapshots::Announcer& announcer)
{
    return make_call_log(Backend{pool, keyring, clock, announcer, {}});
}

Task<Result<void>> Store::ping(Deadline deadline)
{
    co_return co_await impl_->backend.pool.ping(deadline);
}

} // namespace sluice::store
