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
    std::chrono::milliseconds minimum_lifetime{60'000}; ///< The least time from now to `expires_at`.
    std::int64_t tool_warning = 40;                     ///< Minting warns above so many tools.
    std::int64_t token_warning = 20'000;                ///< Minting warns if the list takes more of a model's tokens.
};

/// A new MCP server, with its secret.
struct MintedServer {
    McpServer server;
    Secret token;
    std::int64_t tool_count = 0;       ///< How many tools `tools/list` shows.
    std::size_t list_bytes = 0;        ///< The size of that list as JSON.
    std::int64_t estimated_tokens = 0; ///< What the list takes of a model's context.
    std::vector<std::string> warnings; ///< What a developer should know before giving the list to a model.
};

/// A change of an MCP server. Absent members stay as they are.
struct ServerPatch {
    std::optional<std::string> name = {};
    std::optional<std::vector<std::string>> integrations = {}; ///< Only for a tenant's server.
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

/// Makes and changes MCP servers. One per I/O thread. Every function works inside one environment: rows of others are
/// not_found. Every function may answer unavailable.
class Mint {
public:
    /// How long an old token still works after a new one was made.
    static constexpr std::chrono::seconds kOverlap{std::chrono::hours(24)};
    static constexpr std::chrono::seconds kMostOverlap{std::chrono::hours(24 * 7)};

    /// All must outlive it. `behind` asks new accounts for their part of the tools; no answer waits long for that.
    Mint(MintConfig const& config, ServerRepository& servers, accounts::CallableAccounts& callable,
         toolcalls::AccountSchemas& schemas, toolcalls::ToolSets& tool_sets, http::Behind& behind,
         crypto::Keyring const& keyring, Clock const& clock);

    /// Why a server cannot expire at this time; nothing if it can.
    [[nodiscard]] std::optional<std::string> fault_of_expiry(std::optional<Timestamp> const& expires_at) const;

    /// Makes a server from `draft` (its id and times are not read) and a token for it. `preset` names a filter of its
    /// integrations (`catalog::Integration::presets`), which holds where the draft has none; empty: none. Works also
    /// while the vendor is slow or down. Errors: not_found if there is no such account, or the tenant has none;
    /// invalid_argument at `preset`, `expires_at`, `config.<member>` or `integrations`.
    Task<Result<MintedServer>> create(McpServer draft, std::string preset, tenancy::Author author, Deadline deadline);
    /// Errors: not_found; invalid_argument as of `create`.
    Task<Result<McpServer>> change(EnvironmentId environment, ServerOwner owner, McpServerId id, ServerPatch patch,
                                   tenancy::Author author, Deadline deadline);
    /// Makes a new token. Older tokens of the server end after `overlap`. Errors: not_found.
    Task<Result<RotatedToken>> rotate_token(EnvironmentId environment, ServerOwner owner, McpServerId id,
                                            std::chrono::seconds overlap, tenancy::Author author, Deadline deadline);
    /// Says which rule shows or hides a tool. Errors: not_found if there is no such server.
    Task<Result<ExplainedTool>> explain(EnvironmentId environment, ServerOwner owner, McpServerId id, std::string tool,
                                        Deadline deadline);

private:
    /// What happens if a tenant has more accounts than an MCP server may serve: `chosen` is an error, `as_known` takes
    /// the oldest.
    enum class Accounts { chosen, as_known };
    /// The accounts that a server serves, as the database knows them: no vendor is asked. Errors: not_found;
    /// invalid_argument at `integrations` for too many.
    Task<Result<toolcalls::ServedPtr>> served_by(McpServer server, Accounts accounts, Deadline deadline);
    /// Asks accounts for their part of the tools, where nothing is known of it yet, so that the first list shows it.
    /// Waits only a moment: what comes later is stored in the background.
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
