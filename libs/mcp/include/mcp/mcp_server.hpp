#pragma once

#include "accounts/repositories.hpp"
#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "crypto/token.hpp"
#include "jobs/queue.hpp"
#include "runtime/task.hpp"
#include "snapshots/change.hpp"
#include "tenancy/page.hpp"
#include "tools/filter.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::mcp {

/// How an MCP server shows its tools.
enum class Exposure {
    all,       ///< Each in `tools/list`.
    discovery, ///< Three that search, describe and call the others: for models with little room.
};

[[nodiscard]] std::string_view name_of(Exposure exposure) noexcept;

/// The configuration of an MCP server, as clients write it under `config`.
struct ServerConfig {
    tools::ToolFilter filter;
    Exposure exposure = Exposure::all;
    bool require_api_token_auth = false;
    /// Tokens of a model that one result may take, about: a list with more is cut after the last record that fits.
    std::int64_t result_token_limit = kResultTokens;
    /// Tools with one of these tags are called only once a person has approved the call.
    std::vector<std::string> approval_tags;
    /// Whether the answer has the link where that is done; else only the developer's own page leads there.
    bool approval_link = true;
    /// Within which a write with the same arguments is answered from the first; 0: each is made.
    std::chrono::seconds idempotency_window{};

    /// Below what the strictest of the well-known clients takes (25 000).
    static constexpr std::int64_t kResultTokens = 20'000;
    static constexpr std::int64_t kLeastResultTokens = 500;
    static constexpr std::int64_t kMostResultTokens = 500'000;
    static constexpr std::chrono::seconds kLongestWindow{86'400};
};

/// Bytes of JSON that are about a token: between 3.5 and 4.5 with the tokenisers of the day.
inline constexpr std::int64_t kBytesPerToken = 4;

/// As clients see it and the database keeps it.
[[nodiscard]] json::object config_json(ServerConfig const& config);
/// Whether it fits these tools. Errors: invalid_argument at `config.<member>[i]` for words that match no tool.
[[nodiscard]] Result<void> check_config(ServerConfig const& config, tools::ToolList const& tools);

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
