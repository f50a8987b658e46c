#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "crypto/envelope.hpp"
#include "crypto/token.hpp"
#include "http_api/networks.hpp"
#include "runtime/task.hpp"
#include "tenancy/actor.hpp"
#include "tenancy/page.hpp"
#include "tenancy/permissions.hpp"
#include "tenancy/quotas.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::tenancy {

struct Team {
    TeamId id;
    std::string name;
    Timestamp created_at;
};

struct Environment {
    EnvironmentId id;
    TeamId team_id;
    std::string name;
    json::object theme; ///< How the Link UI shows the team: `{name, logo_url, color}`.
    std::vector<std::string>
        link_origins; ///< Sites that may show the Link UI in a frame, and use tokens of accounts; empty: any.
    /// The developer's page on which a customer connects an account again.
    std::optional<std::string> reconnect_url;
    std::chrono::hours log_bodies_for{}; ///< How long the bodies of calls are kept in the log, at most 168; 0: not.
    /// Whether answers have the structured limit headers (draft-ietf-httpapi-ratelimit-headers-08) as well.
    bool structured_limits = false;
    Timestamp created_at;
};

/// A change of what an environment's customers see. Absent members stay as they are.
struct EnvironmentChange {
    std::optional<json::object> theme;
    std::optional<std::vector<std::string>> link_origins;
    std::optional<std::string> reconnect_url; ///< An empty text removes it.
    std::optional<std::chrono::hours> log_bodies_for;
    std::optional<bool> structured_limits;
};

/// A developer's secret for one environment, without the secret.
struct ApiToken {
    ApiTokenId id;
    EnvironmentId environment;
    std::string name;
    std::optional<Timestamp> expires_at;
    Timestamp created_at;
    /// The token works only as the second factor of MCP servers, so an agent may have it.
    bool is_mcp_only = false;
    std::vector<std::string> scopes;    ///< As `permissions_of_scopes` takes them.
    std::vector<std::string> addresses; ///< Networks from which it is taken; empty: from anywhere.
    std::string created_by;             ///< A user's id; empty: an operator.

    // Read from `scopes` and `addresses`.
    Permissions permissions = kOfTokens;
    http::Networks networks;
};

/// A change of a token. Absent members stay as they are.
struct ApiTokenChange {
    std::optional<std::string> name = std::nullopt;
    std::optional<std::vector<std::string>> scopes = std::nullopt;
    std::optional<std::vector<std::string>> addresses = std::nullopt;
    std::optional<std::optional<Timestamp>> expires_at = std::nullopt;
};

/// A token that is to be made.
struct NewApiToken {
    std::string name;
    std::vector<std::string> scopes{"full"};
    std::vector<std::string> addresses{};
    std::optional<Timestamp> expires_at = std::nullopt;
    bool is_mcp_only = false;
    std::string created_by{};
};

template <class T>
struct Created {
    T value;
    bool is_new = false;
};

/// Teams and environments, which operators make. Where `team` and `name` find existing ones, they may be names or ids.
/// Every function may answer unavailable. A function that has an `author` writes one entry of the audit log with the
/// change. Thread-safe.
class TenancyRepository {
public:
    virtual ~TenancyRepository() = default;
    /// Makes the team if there is none of that name, which is audited as `team.confirm`. `name` is never read as an id.
    virtual Task<Result<Created<Team>>> ensure_team(std::string name, Author author, Deadline deadline) = 0;
    /// All teams, for operators. Filters: `name`, `created_at`.
    virtual Task<Result<Page<Team>>> teams(ListQuery query, Deadline deadline) = 0;
    /// Errors: not_found.
    virtual Task<Result<Team>> find_team(std::string team, Deadline deadline) = 0;
    /// Errors: not_found; conflict if another team has the name; invalid_argument at `name` if it reads like an id.
    virtual Task<Result<Team>> rename_team(TeamId team, std::string name, Author author, Deadline deadline) = 0;
    /// Deletes a team with its users and definitions. Errors: not_found; conflict while it has environments.
    virtual Task<Result<void>> remove_team(TeamId team, Author author, Deadline deadline) = 0;
    /// Makes the environment if it does not exist; a new one gets its first data key. Errors: not_found if there is no
    /// such team.
    virtual Task<Result<Created<Environment>>> ensure_environment(std::string team, std::string name, Author author,
                                                                  Deadline deadline) = 0;
    /// Those of a team. Filters: `name`, `created_at`.
    virtual Task<Result<Page<Environment>>> environments(TeamId team, ListQuery query, Deadline deadline) = 0;
    virtual Task<Result<Environment>> find_environment(std::string team, std::string name, Deadline deadline) = 0;
    virtual Task<Result<Environment>> load_environment(EnvironmentId id, Deadline deadline) = 0;
    virtual Task<Result<Environment>> update_environment(EnvironmentId id, EnvironmentChange change, Author author,
                                                         Deadline deadline) = 0;
    /// Deletes an environment with its tokens, webhooks and keys. Its history is left until its days go, and cannot be
    /// opened any more. Errors: not_found; conflict while it has integrated accounts.
    virtual Task<Result<void>> remove_environment(EnvironmentId id, Author author, Deadline deadline) = 0;
    /// How much an environment uses of each of `kQuotas`, in their order. One query, however many rows there are.
    virtual Task<Result<std::vector<QuotaUse>>> quotas(EnvironmentId id, Deadline deadline) = 0;
    /// Sets how many rows of a kind this environment may have; nothing: as many as the settings say. Rows beyond that
    /// stay.
    virtual Task<Result<void>> set_quota(EnvironmentId id, Quota quota, std::optional<std::int64_t> rows, Author author,
                                         Deadline deadline) = 0;
    /// Checks that the keyring fits the database, and records new keys. Errors: conflict if a key differs from the one
    /// that was used before; not_found if a needed key is missing.
    virtual Task<Result<void>> check_keyring(Deadline deadline) = 0;
};

/// A running process, and the master keys it has loaded.
struct Replica {
    Uuid id{};
    std::string name;
    std::vector<std::uint32_t> key_ids;
    Timestamp seen_at;
};

/// How many rows still depend on a master key.
struct KeyUse {
    std::uint32_t id = 0;
    std::int64_t data_keys = 0; ///< Of environments and teams.
    std::int64_t secrets = 0;   ///< Tokens whose hash was made with the key.
};

/// The use of master keys, in all environments and teams. Every function may answer unavailable. Thread-safe.
class KeyRepository {
public:
    /// A replica that has not announced itself for so long counts as gone.
    static constexpr std::chrono::seconds kReplicaLifetime{30};

    virtual ~KeyRepository() = default;
    /// Notes that a replica runs, and which keys it has loaded.
    virtual Task<Result<void>> announce_replica(Replica replica, Deadline deadline) = 0;
    virtual Task<Result<void>> forget_replica(Uuid id, Deadline deadline) = 0;
    virtual Task<Result<std::vector<Replica>>> replicas(Deadline deadline) = 0;
    virtual Task<Result<std::vector<KeyUse>>> uses(Deadline deadline) = 0;
    /// Wraps the data keys of an environment with the active master key, unless they are. Gives how many were wrapped
    /// anew. The audit log of its team has it in any case.
    virtual Task<Result<std::size_t>> rewrap(EnvironmentId environment, Author author, Deadline deadline) = 0;
    /// The same for the data keys of a team.
    virtual Task<Result<std::size_t>> rewrap(TeamId team, Author author, Deadline deadline) = 0;
    virtual Task<Result<std::vector<TeamId>>> teams(Deadline deadline) = 0;
    /// Destroys the data keys of an environment. What they sealed can never be read again, except in older copies of
    /// the database. A new key is made, and all accounts must be connected again. Gives how many accounts that are.
    virtual Task<Result<std::size_t>> shred(EnvironmentId environment, Author author, Deadline deadline) = 0;
};

class ApiTokenRepository {
public:
    virtual ~ApiTokenRepository() = default;
    /// Stores a token. Errors: conflict if the name is taken, or if the environment has as many as its quota allows;
    /// unavailable, as every function.
    virtual Task<Result<ApiToken>> create(EnvironmentId environment, NewApiToken token, crypto::TokenHash hash,
                                          Author author, Deadline deadline) = 0;
    /// Gives the token of that name a new secret; the old one ends at once. The token's rights stay. Errors: not_found.
    virtual Task<Result<ApiToken>> replace_secret(EnvironmentId environment, std::string name, crypto::TokenHash hash,
                                                  Author author, Deadline deadline) = 0;
    /// Errors: not_found; conflict if the new name is taken.
    virtual Task<Result<ApiToken>> update(EnvironmentId environment, ApiTokenId id, ApiTokenChange change,
                                          Author author, Deadline deadline) = 0;
    /// The token ends at once. Errors: not_found.
    virtual Task<Result<void>> remove(EnvironmentId environment, ApiTokenId id, Author author, Deadline deadline) = 0;
    virtual Task<Result<ApiToken>> find_by_name(EnvironmentId environment, std::string name, Deadline deadline) = 0;
    virtual Task<Result<ApiToken>> find(EnvironmentId environment, ApiTokenId id, Deadline deadline) = 0;
    virtual Task<Result<Page<ApiToken>>> list(EnvironmentId environment, ListQuery query, Deadline deadline) = 0;
    /// The token with one of these hashes, also if it has expired. Errors: not_found.
    virtual Task<Result<ApiToken>> resolve(std::vector<crypto::TokenHash> candidates, Deadline deadline) = 0;
};

} // namespace sluice::tenancy
