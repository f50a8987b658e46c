#pragma once

#include "accounts/callable_accounts.hpp"
#include "base/clock.hpp"
#include "mcp/mcp_server.hpp"
#include "snapshots/cache.hpp"
#include "snapshots/change.hpp"
#include "tenancy/api_tokens.hpp"
#include "tenancy/secret_gate.hpp"
#include "toolcalls/tool_calls.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::mcp {

/// Everything that is needed to answer at an MCP URL. Immutable.
struct ServerSnapshot {
    /// A resource that passes the server's filter, and the account that it is read from.
    struct Resource {
        catalog::McpResource const* resource = nullptr;
        accounts::CallableAccountPtr account;
    };
    struct Prompt {
        std::string name;
        catalog::Prompt const* prompt = nullptr; ///< Of an integration that `served` holds.
    };

    McpServer server;
    toolcalls::Grant grant;           ///< What the server lets its callers do.
    std::optional<Timestamp> ends_at; ///< When the server or this token ends, whichever is first.
    std::string environment_text;     ///< The environment's id as the log writes it.
    bool structured_content = false;  ///< Results have their data twice (`ServerConfig::structured_content`).
    bool shows_on_request = false;    ///< `tools/list` has only the tools that find tools (`Exposure::discovery`).
    std::string server_info;          ///< The JSON of `serverInfo`.
    std::string instructions;         ///< Plain text, at most 2000 characters.
    std::string capabilities;         ///< JSON: `tools`; `resources` and `prompts` where there are any.
    std::vector<Resource> resources;
    std::vector<Prompt> prompts;
    Uuid tenant{};              ///< `snapshots::tenant_key` of a tenant's server.
    bool is_incomplete = false; ///< Some accounts of the tenant are missing, since they cannot be used.
};

using SnapshotPtr = std::shared_ptr<ServerSnapshot const>;

/// The snapshot depends on what its accounts depend on, and on its tenant. While accounts are missing it depends on its
/// whole environment.
[[nodiscard]] snapshots::Dependencies dependencies_of(ServerSnapshot const& snapshot);
[[nodiscard]] std::size_t weight_of(ServerSnapshot const& snapshot);

/// Finds the snapshot of an MCP token. One per I/O thread. A cached token costs no lock and no query.
class Servers {
public:
    /// All must outlive it.
    Servers(ServerRepository& repository, accounts::Integrations& integrations, toolcalls::ToolSets& tool_sets,
            crypto::Keyring const& keyring, tenancy::SecretGate& gate, Clock const& clock,
            snapshots::CacheConfig config);
    ~Servers();

    /// What `resolve` would answer, where no wait is needed: the token is cached or mistyped. Otherwise nothing.
    [[nodiscard]] std::optional<Result<SnapshotPtr>> resolve_warm(std::string_view token) const;
    /// The environment of a cached token; empty if the token is not cached. The token may have ended since.
    [[nodiscard]] EnvironmentId known_environment(std::string_view token) const;
    /// Errors: not_found for a token that is mistyped, unknown, revoked or expired; rate_limited
    /// (`SecretGate`); unavailable.
    Task<Result<SnapshotPtr>> resolve(std::string_view token, tenancy::Asker asker, Deadline deadline);

    void apply(snapshots::Change const& change);
    void set_listening(bool listening);
    [[nodiscard]] std::size_t cached() const noexcept;

private:
    [[nodiscard]] Result<SnapshotPtr> unless_expired(SnapshotPtr snapshot) const;
    Task<Result<SnapshotPtr>> load(std::vector<crypto::TokenHash> candidates, Deadline deadline);
    Task<Result<toolcalls::ServedPtr>> serve(ServerOwner owner, std::vector<accounts::AccountState> states,
                                             bool& is_incomplete, Deadline deadline);

    ServerRepository& repository_;
    accounts::Integrations& integrations_;
    toolcalls::ToolSets& tool_sets_;
    crypto::Keyring const& keyring_;
    tenancy::SecretGate& gate_;
    Clock const& clock_;
    snapshots::Cache<crypto::Digest, ServerSnapshot, tenancy::DigestHash> cache_;
};

} // namespace sluice::mcp
