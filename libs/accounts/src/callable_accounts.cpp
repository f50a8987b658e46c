#include "accounts/callable_accounts.hpp"

#include "http_api/query.hpp"

namespace sluice::accounts {
namespace {

std::size_t json_weight(json::value const& value)
{
    auto bytes = sizeof value;
    if (auto const* text = value.if_string())
        bytes += text->size();
    if (auto const* array = value.if_array())
        for (auto const& item : *array)
            bytes += json_weight(item);
    if (auto const* object = value.if_object())
        for (auto const& [name, member] : *object)
            bytes += name.size() + sizeof(json::value) + json_weight(member);
    return bytes;
}

/// About what a sealed private key takes, in bytes.
constexpr std::size_t kSealedKey = 4 * 1024;

Task<Result<CallableAccountPtr>> load(AccountRepository& repository, Integrations& integrations,
                                      EnvironmentId environment, IntegratedAccountId id, Deadline deadline)
{
    auto state = co_await repository.load_state(environment, id, deadline);
    if (!state)
        co_return state.error();
    co_return co_await make_callable(integrations, *std::move(state), deadline);
}

} // namespace

Task<Result<CallableAccountPtr>> make_callable(Integrations& integrations, AccountState state, Deadline deadline)
{
    auto tls = tls_identity(state.override, std::move(state.tls_key));
    auto installed = co_await integrations.install(state.account.integration, state.integration_version,
                                                   std::move(state.override), std::move(state.documentation), deadline);
    if (!installed)
        co_return installed.error();
    auto tools = co_await integrations.tools_of(*installed, std::move(state.schema), deadline);
    if (!tools)
        co_return tools.error();
    auto connected = std::make_shared<CallableAccount>();
    connected->tls = std::move(tls);
    // If the context makes no address, the first call reports it; the account can still be read and changed.
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
    connected->account.integration_name = (*installed)->integration->name;
    connected->key = std::move(state.key);
    connected->tools = *std::move(tools);
    connected->installed = *std::move(installed);
    connected->is_enabled = state.is_enabled;
    connected->is_trial = state.is_trial;
    connected->app_secret = std::move(state.app_secret);
    connected->log_bodies_for = state.log_bodies_for;
    connected->structured_limits = state.structured_limits;
    co_return CallableAccountPtr(std::move(connected));
}

snapshots::Dependencies dependencies_of(CallableAccount const& connected)
{
    using Kind = snapshots::Change::Kind;
    auto const& row = connected.account;
    return {{Kind::account, row.environment, row.id.uuid()},
            {Kind::installation, row.environment, row.environment_integration.uuid()},
            {Kind::integration, {}, row.integration.uuid()},
            {Kind::environment, row.environment, {}}};
}

std::size_t weight_of(CallableAccount const& connected)
{
    auto const& row = connected.account;
    auto bytes = sizeof connected + row.sealed.size() + json_weight(connected.visible) + connected.base_url.size() +
                 connected.reconnect_url.size() + json_weight(row.last_error) + json_weight(row.last_forbidden_error);
    if (connected.tls != nullptr)
        bytes += sizeof *connected.tls + connected.tls->ca.size() + connected.tls->certificate.size() + kSealedKey;
    for (auto const& [name, value] : row.context)
        bytes += name.size() + json_weight(value);
    // Tools with the account's own part are not shared. Each holds its schema in several forms: as values and as text.
    constexpr std::size_t kFormsOfATool = 4;
    if (connected.installed == nullptr || connected.tools == connected.installed->tools)
        return bytes;
    auto const& shared = *connected.installed->tools;
    for (std::size_t i = 0; i < connected.tools->size(); ++i)
        if (i >= shared.size() || connected.tools->at(i) != shared.at(i))
            bytes += (*connected.tools)[i].list_entry.size() * kFormsOfATool;
    return bytes;
}

CallableAccounts::CallableAccounts(AccountRepository& repository, Integrations& integrations,
                                   snapshots::CacheConfig config)
    : repository_(repository)
    , integrations_(integrations)
    , cache_(config)
{
}

CallableAccounts::~CallableAccounts() = default;

void CallableAccounts::apply(snapshots::Change const& change)
{
    cache_.drop(change);
}

void CallableAccounts::set_listening(bool listening)
{
    cache_.set_listening(listening);
}

Task<Result<CallableAccountPtr>> CallableAccounts::find(EnvironmentId environment, IntegratedAccountId id,
                                                        Deadline deadline)
{
    auto fetch = [this](Key const& key, Deadline limit) {
        return load(repository_, integrations_, key.first, key.second, limit);
    };
    co_return co_await cache_.get(Key{environment, id}, deadline, fetch);
}

} // namespace sluice::accounts
