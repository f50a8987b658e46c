#include "shard.hpp"

#include "runtime/memory.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace sluice::api {
namespace {

constexpr std::chrono::seconds kIdleAfter{1};
/// What answers do not wait for, at once: revocations, and what new accounts say of themselves.
constexpr std::size_t kBehind = 256;

} // namespace

SharedMetrics::SharedMetrics(telemetry::Registry& registry)
    : server(registry)
    , client(registry)
    , refresher(registry)
    , caller(registry)
    , mcp(registry)
    , requests(registry)
{
}

Shard::Shard(asio::io_context& io, Services const& services, accounts::Vault const& vault, mcp::ToolSets& tool_sets,
             SharedMetrics& metrics, telemetry::Log& log)
    : io_(io)
    , waiters_(io)
    , client_(io, services.config.client, services.egress, metrics.client)
    , observer_(io, services.store.accounts(), services.announcer, services.clock, log)
    , refresher_(services.store.accounts(), services.integrations, client_, services.announcer, services.clock, log,
                 metrics.refresher)
    , caller_(client_, vault, refresher_, services.cursors, services.clock, observer_, metrics.caller)
    , api_tokens_(services.store.api_tokens(), services.keyring, services.secrets, services.clock,
                  services.config.cache)
    , account_tokens_(services.store.account_tokens(), services.keyring, services.secrets, services.clock,
                      services.config.cache)
    , connected_(services.store.accounts(), services.integrations, services.config.cache)
    , vendor_calls_(caller_)
    , schemas_(services.store.account_schemas(), vendor_calls_, services.announcer, services.clock)
    , connector_(services.store.connections(), services.store.accounts(), services.store.installations(),
                 services.integrations, client_, vendor_calls_, services.announcer, waiters_, services.keyring,
                 services.clock, services.config.public_url + "/connect/callback")
    , links_(services.store.connections(), services.store.accounts(), services.store.installations(),
             services.store.integrations(), services.integrations, services.secrets, services.keyring, services.clock)
    , connect_form_(services.store.accounts(), services.integrations, vendor_calls_, services.announcer,
                    services.cursors)
    , servers_(services.store.servers(), services.integrations, tool_sets, services.keyring, services.secrets,
               services.clock, services.config.cache)
    , safe_writes_(services.store.write_calls(), caller_, waiters_, services.keyring, services.clock,
                   services.config.public_url + "/approve")
    , stream_calls_(io, services.config.concurrent_requests, log, "mcp stream")
    , behind_(io, kBehind, log)
    , endpoint_(services.config.mcp, servers_, api_tokens_, caller_, safe_writes_, services.cursors, services.streams,
                stream_calls_, metrics.mcp)
    , token_handlers_(services)
    , integration_handlers_(services)
    , installation_handlers_(services)
    , documentation_handlers_(services)
    , account_handlers_(services, connected_, refresher_, connector_, behind_)
    , server_handlers_(services, connected_, schemas_, tool_sets, behind_)
    , proxy_handlers_(services, connected_, caller_)
    , environment_handlers_(services)
    , link_handlers_(services, connector_, waiters_)
    , connect_handlers_(services, links_, connector_, connect_form_)
    , connect_form_handlers_(connect_form_)
    , approval_handlers_(services)
    , webhook_handlers_(services)
    , capability_handlers_(services, connected_)
    , mcp_handlers_(endpoint_)
    , dispatcher_(services.config,
                  handlers_of({token_handlers_, integration_handlers_, installation_handlers_, documentation_handlers_,
                               account_handlers_, server_handlers_, proxy_handlers_, environment_handlers_,
                               link_handlers_, connect_handlers_, connect_form_handlers_, approval_handlers_,
                               webhook_handlers_, capability_handlers_, operation_handlers_, mcp_handlers_}),
                  api_tokens_, account_tokens_, mcp_handlers_, services.bodies, services.answers, metrics.requests, log)
    , server_(io, services.config.server, dispatcher_, metrics.server, log)
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
    co_return co_await stream_calls_.drain(deadline);
}

Task<bool> Shard::drain(Deadline deadline)
{
    bool const all = co_await server_.drain(deadline);
    // A request that was still in flight may have begun one more; and calls leave something to be written.
    bool const all_calls = co_await stream_calls_.drain(deadline);
    bool const all_behind = co_await behind_.drain(deadline);
    bool const all_written = co_await observer_.drain(deadline);
    co_return all&& all_calls&& all_behind&& all_written;
}

void Shard::join()
{
    if (thread_.joinable())
        thread_.join();
}

void Shard::apply(snapshots::Change const& change)
{
    api_tokens_.apply(change);
    account_tokens_.apply(change);
    connected_.apply(change);
    servers_.apply(change);
}

void Shard::set_listening(bool listening)
{
    api_tokens_.set_listening(listening);
    account_tokens_.set_listening(listening);
    connected_.set_listening(listening);
    servers_.set_listening(listening);
}

} // namespace sluice::api
