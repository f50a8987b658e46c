#pragma once

#include "accounts/callable_accounts.hpp"
#include "accounts/demo.hpp"
#include "accounts/directory.hpp"
#include "accounts/documentation_editor.hpp"
#include "accounts/installer.hpp"
#include "accounts/integrations.hpp"
#include "api/config.hpp"
#include "base/clock.hpp"
#include "batch/runner.hpp"
#include "calllog/body_writer.hpp"
#include "calllog/process_log.hpp"
#include "connecting/connect_form.hpp"
#include "connecting/connector.hpp"
#include "connecting/links.hpp"
#include "crypto/cursor_sealer.hpp"
#include "dispatcher.hpp"
#include "events/destinations.hpp"
#include "events/subscriptions.hpp"
#include "http_api/byte_budget.hpp"
#include "http_api/egress.hpp"
#include "http_client/pooled_client.hpp"
#include "http_server/server.hpp"
#include "identity/mailer.hpp"
#include "identity/oidc.hpp"
#include "identity/oidc_sign_in.hpp"
#include "identity/passwords.hpp"
#include "identity/sessions.hpp"
#include "identity/sign_in.hpp"
#include "identity/users.hpp"
#include "limits/shard_limits.hpp"
#include "live.hpp"
#include "mcp/endpoint.hpp"
#include "mcp/mint.hpp"
#include "parts.hpp"
#include "proxy/account_calls.hpp"
#include "proxy/account_observer.hpp"
#include "safeguards/decisions.hpp"
#include "safeguards/keyed_requests.hpp"
#include "static_files.hpp"
#include "store/store.hpp"
#include "tenancy/token_mint.hpp"
#include "tenancy/waiters.hpp"
#include "toolcalls/account_schemas.hpp"
#include "toolcalls/account_tools.hpp"

#include <thread>

namespace sluice::api {

/// Metrics that all shards share.
struct SharedMetrics {
    SharedMetrics(telemetry::Registry& registry, telemetry::Log& log);
    http::ServerMetrics server;
    http::ClientMetrics client;
    accounts::RefresherMetrics refresher;
    proxy::CallerMetrics caller;
    proxy::UnreadLimits unread_limits;
    mcp::EndpointMetrics mcp;
    RequestMetrics requests;
    identity::SignInMetrics sign_in;
};

/// What all shards of the process share. Everything outlives the shards.
struct ProcessParts {
    Config const& config;
    Clock const& clock;
    crypto::Keyring const& keyring;
    crypto::CursorSealer const& cursors;
    http::EgressPolicy const& egress;
    store::Store& store;
    accounts::Integrations& integrations;
    StaticFiles const& files;
    Secret const* demo; ///< The operator's account to try; null: none.
    mcp::Streams& streams;
    mcp::Cancellations& cancellations;
    http::ByteBudget& bodies;  ///< The budget for bodies of requests.
    http::ByteBudget& answers; ///< The budget for answers that clients have not read.
    tenancy::SecretGate& secrets;
    calllog::LogRepository& call_log;
    calllog::JournalMetrics& call_log_metrics;
    limits::ProcessLimits& limits;
    identity::PasswordHasher& hasher;
    identity::Mailer* mailer; ///< Null: nothing is sent by mail.
};

/// Everything that one I/O thread owns: its listener, its connections to vendors, its caches, its handlers. A request
/// stays on the thread that accepted it.
class Shard {
public:
    /// All must outlive the shard.
    Shard(asio::io_context& io, ProcessParts const& process, accounts::Vault const& vault,
          toolcalls::ToolSets& tool_sets, calllog::Inlets inlets, SharedMetrics& metrics, telemetry::Log& log);

    /// Listens on the port of `first`, or on a free port if it is null.
    [[nodiscard]] Result<void> listen(Shard const* first)
    {
        return first == nullptr ? server_.listen() : server_.listen_beside(first->server_);
    }
    void start();
    void join();
    // The next two functions run on the shard's thread, in this order. Each is true if everything that was begun was
    // finished.
    /// Takes no more connections, and waits for the calls whose answers go to an event stream, on whatever replica that
    /// is.
    Task<bool> finish_calls(Deadline deadline);
    /// Waits for all other requests, and for streams to end.
    Task<bool> drain(Deadline deadline);

    [[nodiscard]] asio::io_context& io() noexcept { return io_; }
    /// Must be called on the shard's thread.
    void apply(snapshots::Change const& change);
    void set_listening(bool listening);
    [[nodiscard]] tenancy::Waiters& waiters() noexcept { return waiters_; }
    [[nodiscard]] LiveStreams& live() noexcept { return live_; }

private:
    Task<void> give_back_memory();

    asio::io_context& io_;
    tenancy::Waiters waiters_;
    LiveStreams live_;
    http::PooledClient client_;
    limits::ShardLimits limits_;
    proxy::AccountObserver observer_;
    accounts::Refresher refresher_;
    calllog::Recorder recorder_;
    calllog::BodyWriter log_bodies_;
    proxy::CallRecorder call_recorder_;
    proxy::Caller caller_;
    batch::Runner batches_;
    tenancy::ApiTokens api_tokens_;
    tenancy::TokenMint token_mint_;
    accounts::AccountTokens account_tokens_;
    TaskGroup sign_in_behind_;
    identity::Sessions sessions_;
    identity::SignIn sign_in_;
    identity::Users users_;
    identity::IdentityProviders identity_providers_;
    identity::Oidc oidc_;
    identity::OidcSignIn oidc_sign_in_;
    accounts::CallableAccounts callable_;
    proxy::AccountCalls vendor_calls_;
    toolcalls::AccountSchemas schemas_;
    connecting::Trial trial_;
    connecting::Connector connector_;
    connecting::Links links_;
    connecting::ConnectForm connect_form_;
    mcp::Servers servers_;
    safeguards::SafeWrites safe_writes_;
    toolcalls::AccountTools account_tools_;
    mcp::RunningCalls running_calls_;
    TaskGroup stream_calls_;
    http::Behind behind_;
    accounts::Directory directory_;
    accounts::Installer installer_;
    accounts::Demo demo_;
    accounts::DocumentationEditor documentation_;
    safeguards::Decisions decisions_;
    safeguards::KeyedRequests keyed_requests_;
    events::Subscriptions subscriptions_;
    events::Destinations destinations_;
    mcp::Mint mint_;
    mcp::Endpoint endpoint_;
    ShardParts const parts_;
    Dispatcher dispatcher_;
    http::Server server_;
    std::thread thread_;
};

} // namespace sluice::api
