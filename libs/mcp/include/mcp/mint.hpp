#pragma once

#include "accounts/callable_accounts.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"
#include "crypto/keyring.hpp"
#include "http_api/behind.hpp"
#include "mcp/mcp_server.hpp"
#include "toolcalls/account_schemas.hpp"
#include "toolcalls/served_accounts.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::mcp {

struct MintConfig {
    std::chrono::milliseconds minimum_lifetime{60'000}; ///< Of a server that expires.
    std::int64_t tool_warning = 40;                     ///< From more tools than this on, a new server has a warning.
    std::int64_t token_warning = 20'000;                ///< The same for tokens of a model that its list takes.
};

/// A new MCP server, with its secret.
struct MintedServer {
    McpServer server;
    Secret token;
    std::int64_t tool_count = 0;       ///< What `tools/list` shows.
    std::size_t list_bytes = 0;        ///< Of its JSON array.
    std::int64_t estimated_tokens = 0; ///< Of a model's context.
    std::vector<std::string> warnings; ///< What a developer should know before giving the list to a model.
};

/// What changes of an MCP server. What is absent stays.
struct ServerPatch {
    std::optional<std::string> name = {};
    std::optional<std::vector<std::string>> integrations = {}; ///< Of a tenant's server.
    std::optional<std::optional<Timestamp>> expires_at = {};
    std::optional<ConfigPatch> config = {};
};

struct RotatedToken {
    McpServer server;
    Secret token;
    Timestamp old_token_ends_at;
};

/// What is known of a tool name at an MCP server.
struct ExplainedTool {
    toolcalls::Explanation explanation;
    Exposure exposure = Exposure::all;
};

/// Makes and changes MCP servers. One per I/O thread. Every method runs inside the environment it is given: what lies
/// outside is not_found. All may answer unavailable.
class Mint {
public:
    /// How long an old token goes on working beside the new one.
    static constexpr std::chrono::seconds kOverlap{std::chrono::hours(24)};
    static constexpr std::chrono::seconds kMostOverlap{std::chrono::hours(24 * 7)};

    /// All must outlive it. `behind` asks new accounts about themselves, which no answer waits for long.
    Mint(MintConfig const& config, ServerRepository& servers, accounts::CallableAccounts& callable,
         toolcalls::AccountSchemas& schemas, toolcalls::ToolSets& tool_sets, http::Behind& behind,
         crypto::Keyring const& keyring, Clock const& clock);

    /// What is wrong with the time at which a server is to expire; nothing if it is in order.
    [[nodiscard]] std::optional<std::string> fault_of_expiry(std::optional<Timestamp> const& expires_at) const;

    /// Makes `draft` (its id and times are not read) and its token. The URL is there even if the vendor is slow or
    /// down. Errors: not_found if there is no such account, or the tenant has none; invalid_argument at `expires_at`,
    /// `config.<member>` or `integrations`.
    Task<Result<MintedServer>> create(McpServer draft, Deadline deadline);
    /// Errors: not_found; invalid_argument as above.
    Task<Result<McpServer>> change(EnvironmentId environment, ServerOwner owner, McpServerId id, ServerPatch patch,
                                   Deadline deadline);
    /// A new token; those before it end after `overlap`. Errors: not_found.
    Task<Result<RotatedToken>> rotate_token(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                            std::chrono::seconds overlap, Deadline deadline);
    /// Which rule shows or hides a tool. Errors: not_found if there is no such server.
    Task<Result<ExplainedTool>> explain(EnvironmentId environment, ServerOwner owner, McpServerId id, std::string tool,
                                        Deadline deadline);

private:
    /// Where a tenant has more accounts than an MCP server may serve: whether that is a mistake of the caller's, or the
    /// first ones are taken.
    enum class Accounts { chosen, as_known };
    /// The accounts that a server gives access to, as far as they are known: no vendor is asked. Errors: not_found;
    /// invalid_argument at `integrations` for too many.
    Task<Result<toolcalls::ServedPtr>> served_by(McpServer server, Accounts accounts, Deadline deadline);
    /// Asks the accounts of which nothing is known yet about themselves, so that the first list shows it, and waits a
    /// moment for that. What was found out in that time is served; the rest comes behind.
    Task<toolcalls::ServedPtr> ask_ahead(McpServer server, toolcalls::ServedPtr served, Deadline deadline);
    Task<void> ask_accounts(toolcalls::ServedPtr served, std::shared_ptr<bool> is_changed);
    [[nodiscard]] MintedServer describe(McpServer server, Secret token, toolcalls::ServedAccounts const& served) const;

    MintConfig const& config_;
    ServerRepository& servers_;
    accounts::CallableAccounts& callable_;
    toolcalls::AccountSchemas& schemas_;
    toolcalls::ToolSets& tool_sets_;
    http::Behind& behind_;
    crypto::Keyring const& keyring_;
    Clock const& clock_;
};

} // namespace sluice::mcp
