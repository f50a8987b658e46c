#pragma once

#include "accounts/repositories.hpp"
#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "crypto/token.hpp"
#include "jobs/queue.hpp"
#include "mcp/server_config.hpp"
#include "runtime/task.hpp"
#include "snapshots/change.hpp"
#include "tenancy/page.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::mcp {

/// Whose an MCP server is: an account's, or, if there is none, a tenant's.
using ServerOwner = std::optional<IntegratedAccountId>;

/// A grant of filtered access to one integrated account or to those of a tenant, without its token.
struct McpServer {
    McpServerId id;
    EnvironmentId environment;
    ServerOwner account;
    /// Of a tenant's server: its accounts, those connected later too.
    std::string tenant_id;
    /// Names; if not empty, only accounts of these.
    std::vector<std::string> integrations;
    std::string name;
    ServerConfig config;
    std::string created_by;
    std::optional<Timestamp> expires_at;
    Timestamp created_at;
    Timestamp updated_at;
};

/// Of one MCP server; a tenant with more has to choose integrations.
inline constexpr std::size_t kMostAccounts = 32;

/// What has changed when a server has.
[[nodiscard]] snapshots::Change change_of(McpServer const& server);

/// What a token leads to, as one transaction read it.
struct ServerState {
    McpServer server;
    std::vector<accounts::AccountState> accounts; ///< The oldest first; at most `kMostAccounts`.
    bool is_incomplete = false;                   ///< A tenant's account could not be read, and was left out.
    std::optional<Timestamp> token_ends_at;       ///< Of a token that was replaced.
};

/// The job of a server that ends: `ServerRepository::remove_expired`.
inline constexpr jobs::Kind kExpiryJob{"mcp_server_expiry"};

using ServerChange = std::function<Result<void>(McpServer& server)>;

/// Inside the environment given; what lies outside is not_found. All may answer unavailable.
class ServerRepository {
public:
    virtual ~ServerRepository() = default;
    /// Errors: not_found if there is no such account.
    virtual Task<Result<McpServer>> create(McpServer server, crypto::TokenHash hash, Deadline deadline) = 0;
    virtual Task<Result<McpServer>> find(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                         Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<McpServer>>> list(EnvironmentId environment, ServerOwner owner,
                                                        tenancy::ListQuery query, Deadline deadline) = 0;
    virtual Task<Result<McpServer>> update(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                           ServerChange change, Deadline deadline) = 0;
    /// A new token; those before it end at `old_end`.
    virtual Task<Result<McpServer>> rotate_token(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                                 crypto::TokenHash hash, Timestamp old_end, Deadline deadline) = 0;
    /// What was removed.
    virtual Task<Result<McpServer>> remove(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                           Deadline deadline) = 0;
    /// Removes it if its time is over. Whether it did; what is not there is none.
    virtual Task<Result<bool>> remove_expired(EnvironmentId environment, McpServerId id, Deadline deadline) = 0;
    /// The accounts a server gives access to, the oldest first; one more than `kMostAccounts` if there are more.
    virtual Task<Result<std::vector<IntegratedAccountId>>> accounts_of(McpServer server, Deadline deadline) = 0;
    /// The server one of these hashes belongs to, expired or not. Errors: not_found.
    virtual Task<Result<ServerState>> resolve(std::vector<crypto::TokenHash> candidates, Deadline deadline) = 0;
};

} // namespace sluice::mcp
