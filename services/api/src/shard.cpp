#include "shard.hpp"

#include "runtime/memory.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace sluice::api {
namespace {

constexpr std::chrono::seconds kIdleAfter{1};
/// The most background tasks at once: revocations, and reads of new accounts' own part of the tools.
constexpr std::size_t kBehind = 256;

} // namespace

SharedMetrics::SharedMetrics(telemetry::Registry& registry, telemetry::Log& log)
    : server(registry)
    , client(registry)
    , refresher(registry)
    , caller(registry)
    , unread_limits(registry, log)
    , mcp(registry)
    , requests(registry)
    , sign_in(registry)
{
}

Shard::Shard(asio::io_context& io, ProcessParts const& process, accounts::Vault const& vault,
             toolcalls::ToolSets& tool_sets, calllog::Inlets inlets, SharedMetrics& metrics, telemetry::Log& log)
    : io_(io)
    , waiters_(io)
    , live_(io)
    , client_(io, process.config.client, process.egress, metrics.client)
    , limits_(process.limits)
    , observer_(io, process.store.accounts(), process.clock, log, &limits_)
    , refresher_(process.store.accounts(), process.integrations, client_, process.clock, log, metrics.refresher)
    , recorder_(inlets.rows, inlets.spans, process.clock, log)
    , log_bodies_(io, process.call_log, process.call_log_metrics.lost_bodies, log)
    , call_recorder_(recorder_, log_bodies_)
    , caller_(client_, vault, refresher_, process.cursors, process.clock, observer_, call_recorder_, metrics.caller,
              metrics.unread_limits)
    , batches_(caller_)
    , api_tokens_(process.store.api_tokens(), process.keyring, process.secrets, process.clock, process.config.cache)
    , token_mint_(process.store.api_tokens(), process.keyring, process.clock)
    , account_tokens_(process.store.account_tokens(), process.keyring, process.secrets, process.clock,
                      process.config.cache)
    , sign_in_behind_(io, kBehind, log, "sign-in")
    , sessions_(process.store.people().sessions, process.keyring, process.clock, sign_in_behind_,
                process.config.sessions, process.config.cache)
    , sign_in_({process.store.people().attempts, process.store.people().users, process.store.people().sessions,
                process.store.people().links, process.hasher, process.secrets, process.keyring, process.clock,
                process.mailer, sign_in_behind_, metrics.sign_in, log},
               {process.config.public_url, process.config.sessions.lifetime})
    , users_({process.store.people().users, process.store.people().sessions, process.store.people().links,
              process.store.people().attempts, process.hasher, process.keyring, process.clock, process.mailer, log},
             process.config.public_url)
    , identity_providers_(process.store.people().providers, process.egress)
    , oidc_(process.store.people().providers, client_, process.egress, process.keyring, process.clock,
            process.config.public_url)
    , oidc_sign_in_(oidc_, process.store.people().providers, sign_in_, process.keyring)
    , callable_(process.store.accounts(), process.integrations, process.config.cache)
    , vendor_calls_(caller_)
    , schemas_(process.store.account_schemas(), vendor_calls_, process.clock)
    , trial_(process.store.connections(), process.store.accounts(), process.store.installations(), process.integrations,
             client_, vendor_calls_, process.clock)
    , connector_(process.store.connections(), process.store.accounts(), process.store.installations(),
                 process.integrations, client_, trial_, waiters_, process.keyring, process.clock,
                 process.config.public_url + "/connect/callback")
    , links_(process.store.connections(), process.store.accounts(), process.store.installations(),
             process.store.integrations(), process.integrations, process.secrets, process.keyring, process.clock)
    , connect_form_(process.store.accounts(), process.integrations, vendor_calls_, process.cursors)
    , servers_(process.store.servers(), process.integrations, tool_sets, process.keyring, process.secrets,
               process.clock, process.config.cache)
    , safe_writes_(process.store.write_calls(), waiters_, process.keyring, process.clock,
                   process.config.public_url + "/approve")
    , account_tools_(process.store.accounts(), callable_, caller_, safe_writes_, tool_sets)
    , running_calls_(process.cancellations, io)
    , stream_calls_(io, process.config.concurrent_requests, log, "mcp stream")
    , behind_(io, kBehind, log)
    , directory_(process.store.accounts(), process.store.installations(), process.store.integrations(),
                 process.store.account_tokens(), process.integrations, callable_, refresher_, trial_, client_, behind_,
                 process.keyring, process.clock)
    , installer_(process.store.installations(), process.store.integrations(), process.integrations, process.egress,
                 process.clock)
    , demo_(process.demo, installer_, directory_, process.store.accounts())
    , documentation_(process.store.documentation(), process.store.installations(), process.store.integrations(),
                     process.integrations)
    , decisions_(process.store.write_calls(), process.secrets)
    , keyed_requests_(process.store.keyed_requests(), process.keyring,
                      std::max(std::chrono::ceil<std::chrono::seconds>(process.config.proxy_limit), batch::kTimeLimit))
    , subscriptions_(process.store.webhooks(), process.egress)
    , destinations_(process.store.destinations(), process.egress, client_, process.clock)
    , mint_(process.config.mint, process.store.servers(), callable_, schemas_, tool_sets, behind_, process.keyring,
            process.clock)
    , endpoint_(process.config.mcp, servers_, api_tokens_, caller_, safe_writes_, process.cursors, process.streams,
                running_calls_, stream_calls_, limits_, {recorder_, log_bodies_}, metrics.mcp)
    , parts_{.config = process.config,
             .cursors = process.cursors,
             .files = process.files,
             .bodies = process.bodies,
             .answers = process.answers,
             .secrets = process.secrets,
             .integrations = process.integrations,
             .rows = {.tenancy = process.store.tenancy(),
                      .api_tokens = process.store.api_tokens(),
                      .audit = process.store.people().audit,
                      .integrations = process.store.integrations(),
                      .installations = process.store.installations(),
                      .documentation = process.store.documentation(),
                      .accounts = process.store.accounts(),
                      .servers = process.store.servers(),
                      .write_calls = process.store.write_calls(),
                      .connections = process.store.connections(),
                      .webhooks = process.store.webhooks(),
                      .destinations = process.store.destinations(),
                      .call_log = process.call_log,
                      .identity_providers = process.store.people().providers},
             .limits = limits_,
             .waiters = waiters_,
             .live = live_,
             .token_mint = token_mint_,
             .sessions = sessions_,
             .sign_in = sign_in_,
             .users = users_,
             .identity_providers = identity_providers_,
             .oidc = oidc_,
             .oidc_sign_in = oidc_sign_in_,
             .callable_accounts = callable_,
             .directory = directory_,
             .demo = demo_,
             .installer = installer_,
             .documentation = documentation_,
             .caller = caller_,
             .batches = batches_,
             .links = links_,
             .connector = connector_,
             .connect_form = connect_form_,
             .decisions = decisions_,
             .keyed_requests = keyed_requests_,
             .schemas = schemas_,
             .account_tools = account_tools_,
             .mint = mint_,
             .endpoint = endpoint_,
             .subscriptions = subscriptions_,
             .destinations = destinations_}
    , dispatcher_(parts_, {api_tokens_, account_tokens_, sessions_}, limits_, metrics.requests, log)
    , server_(io, process.config.server, dispatcher_, metrics.server, log)
{
}

void Shard::start()
{
    asio::co_spawn(io_, give_back_memory(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
}

Task<void> Shard::give_back_memory()
{
    for (std::uint64_t seen = 0, tidied = 0;; seen = server_.activity()) {
        co_await sleep_until(Deadline::after(kIdleAfter));
        if (seen == server_.activity() && tidied != seen) {
            release_free_memory();
            tidied = seen;
        }
    }
}

Task<bool> Shard::finish_calls(Deadline deadline)
{
    server_.stop_accepting();
    live_.end();
    co_return co_await stream_calls_.drain(deadline);
}

Task<bool> Shard::drain(Deadline deadline)
{
    bool const all = co_await server_.drain(deadline);
    // A request in progress may have begun another call on a stream, and calls may have left rows to write.
    bool const all_calls = co_await stream_calls_.drain(deadline);
    bool const all_behind = co_await behind_.drain(deadline);
    bool const all_letters = co_await sign_in_behind_.drain(deadline);
    bool const all_written = co_await observer_.drain(deadline);
    bool const all_bodies = co_await log_bodies_.drain(deadline);
    co_return all&& all_calls&& all_behind&& all_letters&& all_written&& all_bodies;
}

void Shard::join()
{
    if (thread_.joinable())
        thread_.join();
}

void Shard::apply(snapshots::Change const& change)
{
    api_tokens_.apply(change);
    sessions_.apply(change);
    account_tokens_.apply(change);
    callable_.apply(change);
    servers_.apply(change);
    live_.apply(change);
}

void Shard::set_listening(bool listening)
{
    api_tokens_.set_listening(listening);
    sessions_.set_listening(listening);
    account_tokens_.set_listening(listening);
    callable_.set_listening(listening);
    servers_.set_listening(listening);
}

} // namespace sluice::api
