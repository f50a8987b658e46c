#pragma once

#include "dispatcher.hpp"
#include "handlers.hpp"
#include "http_client/pooled_client.hpp"
#include "http_server/server.hpp"
#include "proxy/account_calls.hpp"
#include "proxy/account_observer.hpp"

#include <thread>

namespace sluice::api {

/// Metrics that all shards share.
struct SharedMetrics {
    explicit SharedMetrics(telemetry::Registry& registry);
    http::ServerMetrics server;
    http::ClientMetrics client;
    accounts::RefresherMetrics refresher;
    proxy::CallerMetrics caller;
    mcp::EndpointMetrics mcp;
    RequestMetrics requests;
};

/// What one I/O thread owns: its listener, its vendor connections, its caches, its handlers. A request stays on the
/// thread that accepted it.
class Shard {
public:
    /// All must outlive the shard.
    Shard(asio::io_context& io, Services const& services, accounts::Vault const& vault, mcp::ToolSets& tool_sets,
          SharedMetrics& metrics, telemetry::Log& log);

    /// Beside `first`, or on a port that nobody has.
    [[nodiscard]] Result<void> listen(Shard const* first)
    {
        return first == nullptr ? server_.listen() : server_.listen_beside(first->server_);
    }
    void start();
    void join();
    // Both on the shard's own thread, in this order. Whether everything that was begun was finished.
    /// Takes no more connections, and waits for the calls whose answers go to a stream, wherever that is.
    Task<bool> finish_calls(Deadline deadline);
    /// Waits for all other requests, and for streams to end.
    Task<bool> drain(Deadline deadline);

    [[nodiscard]] asio::io_context& io() noexcept { return io_; }
    /// On the shard's own thread.
    void apply(snapshots::Change const& change);
    void set_listening(bool listening);
    [[nodiscard]] tenancy::Waiters& waiters() noexcept { return waiters_; }

private:
    Task<void> give_back_memory();

    asio::io_context& io_;
    tenancy::Waiters waiters_;
    http::PooledClient client_;
    proxy::AccountObserver observer_;
    accounts::Refresher refresher_;
    proxy::Caller caller_;
    tenancy::ApiTokens api_tokens_;
    accounts::AccountTokens account_tokens_;
    accounts::CallableAccounts connected_;
    proxy::AccountCalls vendor_calls_;
    mcp::AccountSchemas schemas_;
    connecting::Connector connector_;
    connecting::Links links_;
    connecting::ConnectForm connect_form_;
    mcp::Servers servers_;
    safeguards::SafeWrites safe_writes_;
    TaskGroup stream_calls_;
    Behind behind_;
    mcp::Endpoint endpoint_;
    TokenHandlers token_handlers_;
    IntegrationHandlers integration_handlers_;
    InstallationHandlers installation_handlers_;
    DocumentationHandlers documentation_handlers_;
    AccountHandlers account_handlers_;
    ServerHandlers server_handlers_;
    ProxyHandlers proxy_handlers_;
    EnvironmentHandlers environment_handlers_;
    LinkHandlers link_handlers_;
    ConnectHandlers connect_handlers_;
    ConnectFormHandlers connect_form_handlers_;
    ApprovalHandlers approval_handlers_;
    WebhookHandlers webhook_handlers_;
    CapabilityHandlers capability_handlers_;
    OperationHandlers operation_handlers_;
    McpHandlers mcp_handlers_;
    Dispatcher dispatcher_;
    http::Server server_;
    std::thread thread_;
};

} // namespace sluice::api
