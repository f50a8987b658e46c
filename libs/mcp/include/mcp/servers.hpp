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

/// All that answering at an MCP URL takes. Immutable.
struct ServerSnapshot {
    /// A resource that the server's filter leaves, and the account that it is read from.
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
    std::optional<Timestamp> ends_at; ///< Of the server or of this token of it, whichever is first.
    std::string environment_text;     ///< As the log has it.
    bool shows_on_request = false;    ///< It lists the tools that find its tools (`Exposure::discovery`).
    std::string server_info;          ///< The JSON of `serverInfo`.
    std::string instructions;         ///< Plain text, at most 2000 characters.
    std::string capabilities;         ///< JSON: tools, and resources and prompts where there are any.
    std::vector<Resource> resources;
    std::vector<Prompt> prompts;
    Uuid tenant{};              ///< `snapshots::tenant_key`, of a tenant's server.
    bool is_incomplete = false; ///< Accounts of the tenant were left out because they cannot be used.
};

using SnapshotPtr = std::shared_ptr<ServerSnapshot const>;

/// What its accounts depend on, its tenant, and, while accounts are left out, all of its environment.
[[nodiscard]] snapshots::Dependencies dependencies_of(ServerSnapshot const& snapshot);
[[nodiscard]] std::size_t weight_of(ServerSnapshot const& snapshot);

/// MCP tokens to snapshots. One per I/O thread; a known token costs no lock and no query.
class Servers {
public:
    /// All must outlive it.
    Servers(ServerRepository& repository, accounts::Integrations& integrations, toolcalls::ToolSets& tool_sets,
            crypto::Keyring const& keyring, tenancy::SecretGate& gate, Clock const& clock,
            snapshots::CacheConfig config);

    /// What `resolve` would answer if that takes no wait: a mistyped or a cached token.
    [[nodiscard]] std::optional<Result<SnapshotPtr>> resolve_warm(std::string_view token) const;
    /// The environment of a token that was seen before; empty if it is not known. It may have ended since.
    [[nodiscard]] EnvironmentId known_environment(std::string_view token) const;
    /// Errors: not_found for a token that is mistyped, unknown, revoked or expired; rate_limited
    /// (`SecretGate`); unavailable.
    Task<Result<SnapshotPtr>> resolve(std::string_view token, Deadline deadline);

    void apply(snapshots::Change const& change) { cache_.drop(change); }
    void set_listening(bool listening) { cache_.set_listening(listening); }
    [[nodiscard]] std::size_t cached() const noexcept { return cache_.size(); }

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
