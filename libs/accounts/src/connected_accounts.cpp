#include "accounts/connected_accounts.hpp"

#include "http_api/query.hpp"

namespace sluice::accounts {

Task<Result<ConnectedPtr>> connect(Integrations& integrations, AccountState state, Deadline deadline)
{
    auto installed = co_await integrations.install(state.account.integration, state.integration_version,
                                                   std::move(state.override), std::move(state.documentation), deadline);
    if (!installed)
        co_return installed.error();
    auto connected = std::make_shared<ConnectedAccount>();
    // A context that makes no address is told at the first call; the account can still be read and mended.
    connected->base_url = render_base_url(*(*installed)->integration, state.account.context).value_or(std::string());
    connected->place = sealing_place(state.account.id);
    connected->visible = json::object{{"context", state.account.context}};
    if (!state.reconnect_url.empty()) {
        http::Query query;
        query.add("integrated_account_id", state.account.id.str());
        connected->reconnect_url = std::move(state.reconnect_url);
        connected->reconnect_url += connected->reconnect_url.find('?') == std::string::npos ? '?' : '&';
        connected->reconnect_url += query.str();
    }
    connected->account = std::move(state.account);
    connected->key = std::move(state.key);
    connected->tools = integrations.tools_of(*installed, state.schema);
    connected->installed = *std::move(installed);
    connected->is_enabled = state.is_enabled;
    connected->app_secret = std::move(state.app_secret);
    co_return ConnectedPtr(std::move(connected));
}

bool is_affected(ConnectedAccount const& connected, tenancy::Change const& change)
{
    using Kind = tenancy::Change::Kind;
    switch (change.kind) {
    case Kind::account:
        return connected.account.id.uuid() == change.id;
    case Kind::environment:
        return connected.account.environment == change.environment;
    case Kind::integration:
        return connected.account.integration.uuid() == change.id;
    case Kind::api_token:
    case Kind::tenant:
        return false;
    }
    return true;
}

ConnectedAccounts::ConnectedAccounts(AccountRepository& repository, Integrations& integrations,
                                     tenancy::SnapshotCacheConfig config)
    : repository_(repository)
    , integrations_(integrations)
    , cache_(config)
{
}

Task<Result<ConnectedPtr>> ConnectedAccounts::find(EnvironmentId environment, IntegratedAccountId id, Deadline deadline)
{
    auto fetch = [this, deadline](Key const& key) -> Task<Result<ConnectedPtr>> {
        auto state = co_await repository_.load_state(key.first, key.second, deadline);
        if (!state)
            co_return state.error();
        co_return co_await connect(integrations_, std::move(*state), deadline);
    };
    co_return co_await cache_.get(Key{environment, id}, deadline, fetch);
}

void ConnectedAccounts::apply(tenancy::Change const& change)
{
    cache_.drop_if([&](auto const&, ConnectedAccount const& account) { return is_affected(account, change); });
}

} // namespace sluice::accounts
