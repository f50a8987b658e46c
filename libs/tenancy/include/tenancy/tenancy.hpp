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
    json::object theme; ///< What the Link UI shows of who asks: `{name, logo_url, color}`.
    Timestamp created_at;
};

/// A developer's secret for one environment, without the secret.
struct ApiToken {
    ApiTokenId id;
    EnvironmentId environment;
    std::string name;
    std::optional<Timestamp> expires_at;
    Timestamp created_at;
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
    virtual Task<Result<Environment>> set_theme(EnvironmentId id, json::object theme, Deadline deadline) = 0;
    /// Compares the keyring with what the database was sealed with, and records keys it has not seen.
    /// Errors: conflict if a key is not the one that was used, not_found if one that is needed is missing.
    virtual Task<Result<void>> check_keyring(Deadline deadline) = 0;
};

class ApiTokenRepository {
public:
    virtual ~ApiTokenRepository() = default;
    /// Errors: conflict if the name is taken.
    virtual Task<Result<ApiToken>> create(EnvironmentId environment, std::string name, crypto::TokenHash hash,
                                          std::optional<Timestamp> expires_at, Deadline deadline) = 0;
    /// Gives a token of that name a new secret; the old one ends at once.
    virtual Task<Result<ApiToken>> replace_secret(EnvironmentId environment, std::string name, crypto::TokenHash hash,
                                                  Deadline deadline) = 0;
    virtual Task<Result<ApiToken>> find_by_name(EnvironmentId environment, std::string name, Deadline deadline) = 0;
    virtual Task<Result<ApiToken>> find(EnvironmentId environment, ApiTokenId id, Deadline deadline) = 0;
    virtual Task<Result<Page<ApiToken>>> list(EnvironmentId environment, ListQuery query, Deadline deadline) = 0;
    /// The token one of these hashes belongs to, expired or not. Errors: not_found.
    virtual Task<Result<ApiToken>> resolve(std::vector<crypto::TokenHash> candidates, Deadline deadline) = 0;
};

} // namespace sluice::tenancy
