#pragma once

#include "accounts/repositories.hpp"
#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "crypto/token.hpp"
#include "mcp/server_config.hpp"
#include "runtime/task.hpp"
#include "snapshots/change.hpp"
#include "tenancy/actor.hpp"
#include "tenancy/page.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::mcp {

/// The account that an MCP server belongs to. Without one, the server belongs to a tenant.
using ServerOwner = std::optional<IntegratedAccountId>;

/// A grant of filtered access to one integrated account or to those of a tenant, without its token.
struct McpServer {
    McpServerId id;
    EnvironmentId environment;
    ServerOwner account;
    /// Of a tenant's server. It serves all the tenant's accounts, also those that are connected later.
    std::string tenant_id;
    /// Names. If there are any, only accounts of these integrations are served.
    std::vector<std::string> integrations;
    std::string name;
    ServerConfig config;
    std::string created_by;
    std::optional<Timestamp> expires_at;
    Timestamp created_at;
    Timestamp updated_at;
};

/// The most accounts that one MCP server serves. A tenant with more accounts must choose integrations.
inline constexpr std::size_t kMostAccounts = 32;

/// The change to announce when an MCP server was changed.
[[nodiscard]] snapshots::Change change_of(McpServer const& server);

/// What a token gives access to, read in one transaction.
struct ServerState {
    McpServer server;
    std::vector<accounts::AccountState> accounts; ///< The oldest first; at most `kMostAccounts`.
    bool is_incomplete = false;             ///< An account of the tenant could not be read, so it is missing here.
    std::optional<Timestamp> token_ends_at; ///< When the token ends, if another has replaced it.
};

using ServerChange = std::function<Result<void>(McpServer& server)>;

/// Every function works inside one environment: rows of others are not_found. Every function may answer unavailable or
/// deadline_exceeded. A function that has an `author` writes one entry of the audit log with the change. Thread-safe.
class ServerRepository {
public:
    virtual ~ServerRepository() = default;
    /// Errors: not_found if there is no such account; conflict if the environment has as many as its quota allows.
    virtual Task<Result<McpServer>> create(McpServer server, crypto::TokenHash hash, tenancy::Author author,
                                           Deadline deadline) = 0;
    virtual Task<Result<McpServer>> find(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                         Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<McpServer>>> list(EnvironmentId environment, ServerOwner owner,
                                                        tenancy::ListQuery query, Deadline deadline) = 0;
    virtual Task<Result<McpServer>> update(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                           ServerChange change, tenancy::Author author, Deadline deadline) = 0;
    /// Stores a new token. Older tokens of the server end at `old_end`. Errors: not_found.
    virtual Task<Result<McpServer>> rotate_token(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                                 crypto::TokenHash hash, Timestamp old_end, tenancy::Author author,
                                                 Deadline deadline) = 0;
    /// Gives the server that was removed. Errors: not_found.
    virtual Task<Result<McpServer>> remove(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                           tenancy::Author author, Deadline deadline) = 0;
    /// Removes the server if its time is over, and says whether it did. False also if there is no such server.
    virtual Task<Result<bool>> remove_expired(EnvironmentId environment, McpServerId id, Deadline deadline) = 0;
    /// The accounts that a server serves, the oldest first. At most `kMostAccounts` + 1, so that the caller sees
    /// whether there are too many.
    virtual Task<Result<std::vector<IntegratedAccountId>>> accounts_of(McpServer server, Deadline deadline) = 0;
    /// The server to which one of these token hashes belongs, also if it has expired. Errors: not_found.
    virtual Task<Result<ServerState>> resolve(std::vector<crypto::TokenHash> candidates, Deadline deadline) = 0;
};

} // namespace sluice::mcp
