#pragma once

#include "base/deadline.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/timestamp.hpp"
#include "crypto/envelope.hpp"
#include "crypto/token.hpp"
#include "runtime/task.hpp"
#include "tenancy/page.hpp"

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
    json::object theme;                    ///< What the Link UI shows of who asks: `{name, logo_url, color}`.
    std::vector<std::string> link_origins; ///< Who may show the Link UI in a frame; empty: any site.
    /// The developer's page on which a customer connects an account again.
    std::optional<std::string> reconnect_url;
    Timestamp created_at;
};

/// What of an environment its customers see; what is absent stays as it is.
struct EnvironmentChange {
    std::optional<json::object> theme;
    std::optional<std::vector<std::string>> link_origins;
    std::optional<std::string> reconnect_url; ///< Empty: none.
};

/// A developer's secret for one environment, without the secret.
struct ApiToken {
    ApiTokenId id;
    EnvironmentId environment;
    std::string name;
    std::optional<Timestamp> expires_at;
    Timestamp created_at;
    /// Serves as the second factor of MCP servers and for nothing else: it can be given to whoever runs an agent.
    bool is_mcp_only = false;
};

template <class T>
struct Created {
    T value;
    bool is_new = false;
};

/// Teams and environments: what an operator makes. Those that exist are named by name or id.
class TenancyRepository {
public:
    virtual ~TenancyRepository() = default;
    virtual Task<Result<Created<Team>>> ensure_team(std::string name, Deadline deadline) = 0;
    /// A new environment gets its first data key. Errors: not_found if there is no such team.
    virtual Task<Result<Created<Environment>>> ensure_environment(std::string team, std::string name,
                                                                  Deadline deadline) = 0;
    virtual Task<Result<Environment>> find_environment(std::string team, std::string name, Deadline deadline) = 0;
    virtual Task<Result<Environment>> load_environment(EnvironmentId id, Deadline deadline) = 0;
    virtual Task<Result<Environment>> update_environment(EnvironmentId id, EnvironmentChange change,
                                                         Deadline deadline) = 0;
    /// Compares the keyring with what the database was sealed with, and records keys it has not seen.
    /// Errors: conflict if a key is not the one that was used, not_found if one that is needed is missing.
    virtual Task<Result<void>> check_keyring(Deadline deadline) = 0;
};

/// A running process, and the master keys it has loaded.
struct Replica {
    Uuid id{};
    std::string name;
    std::vector<std::uint32_t> key_ids;
    Timestamp seen_at;
};

/// How much still depends on a master key.
struct KeyUse {
    std::uint32_t id = 0;
    std::int64_t data_keys = 0;
    std::int64_t secrets = 0; ///< Tokens whose hash was made with it.
};

/// What the keyring is used for, across environments.
class KeyRepository {
public:
    /// A replica that has not been seen for this long is gone.
    static constexpr std::chrono::seconds kReplicaLifetime{30};

    virtual ~KeyRepository() = default;
    /// Tells that a replica runs, with the keys it has loaded.
    virtual Task<Result<void>> announce_replica(Replica replica, Deadline deadline) = 0;
    virtual Task<Result<void>> forget_replica(Uuid id, Deadline deadline) = 0;
    virtual Task<Result<std::vector<Replica>>> replicas(Deadline deadline) = 0;
    virtual Task<Result<std::vector<KeyUse>>> uses(Deadline deadline) = 0;
    /// Wraps the data keys of an environment with the active master key, those that are not yet. How many it were.
    virtual Task<Result<std::size_t>> rewrap(EnvironmentId environment, Deadline deadline) = 0;
    /// Destroys the data keys of an environment: nothing they sealed can be read again, but in copies made before. Its
    /// accounts need to be connected again; a new key serves what comes. How many accounts.
    virtual Task<Result<std::size_t>> shred(EnvironmentId environment, Deadline deadline) = 0;
};

class ApiTokenRepository {
public:
    virtual ~ApiTokenRepository() = default;
    /// Errors: conflict if the name is taken.
    virtual Task<Result<ApiToken>> create(EnvironmentId environment, std::string name, bool is_mcp_only,
                                          crypto::TokenHash hash, std::optional<Timestamp> expires_at,
                                          Deadline deadline) = 0;
    /// Gives a token of that name a new secret; the old one ends at once. What it may do stays.
    virtual Task<Result<ApiToken>> replace_secret(EnvironmentId environment, std::string name, crypto::TokenHash hash,
                                                  Deadline deadline) = 0;
    virtual Task<Result<ApiToken>> find_by_name(EnvironmentId environment, std::string name, Deadline deadline) = 0;
    virtual Task<Result<ApiToken>> find(EnvironmentId environment, ApiTokenId id, Deadline deadline) = 0;
    virtual Task<Result<Page<ApiToken>>> list(EnvironmentId environment, ListQuery query, Deadline deadline) = 0;
    /// The token one of these hashes belongs to, expired or not. Errors: not_found.
    virtual Task<Result<ApiToken>> resolve(std::vector<crypto::TokenHash> candidates, Deadline deadline) = 0;
};

} // namespace sluice::tenancy
