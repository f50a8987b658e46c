#pragma once

#include "accounts/callable_accounts.hpp"
#include "base/clock.hpp"
#include "crypto/token.hpp"
#include "snapshots/cache.hpp"
#include "snapshots/change.hpp"
#include "tenancy/api_tokens.hpp"
#include "tenancy/secret_gate.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::accounts {

/// A short-lived secret for one account, without the secret.
struct AccountToken {
    EnvironmentId environment;
    IntegratedAccountId account;
    Timestamp expires_at;
    std::vector<std::string> origins = {}; ///< The sites whose pages may use it (`link_origins`); empty: any.
};

[[nodiscard]] snapshots::Dependencies dependencies_of(AccountToken const& token);
[[nodiscard]] inline std::size_t weight_of(AccountToken const& token)
{
    auto bytes = sizeof token;
    for (auto const& origin : token.origins)
        bytes += sizeof origin + origin.size();
    return bytes;
}

class AccountTokenRepository {
public:
    virtual ~AccountTokenRepository() = default;
    /// Stores a token. Also deletes the environment's expired tokens. Errors: not_found if there is no such account;
    /// conflict if the environment has as many as its quota allows; unavailable.
    virtual Task<Result<AccountToken>> create(AccountToken token, crypto::TokenHash hash, tenancy::Author author,
                                              Deadline deadline) = 0;
    /// The token with one of these hashes, also if it has expired. Errors: not_found, unavailable.
    virtual Task<Result<AccountToken>> resolve(std::vector<crypto::TokenHash> candidates, Deadline deadline) = 0;
};

/// Recognises integrated-account tokens. One per I/O thread. A cached token costs no query.
class AccountTokens {
public:
    static constexpr std::chrono::minutes kLifetime{15};

    /// All must outlive it.
    AccountTokens(AccountTokenRepository& repository, crypto::Keyring const& keyring, tenancy::SecretGate& gate,
                  Clock const& clock, snapshots::CacheConfig config);
    ~AccountTokens();

    /// The environment of a cached token; empty if the token is not cached. The token may have ended since.
    [[nodiscard]] EnvironmentId known_environment(std::string_view token) const;
    /// Errors: unauthenticated (mistyped, unknown, expired); rate_limited (`SecretGate`); unavailable.
    Task<Result<AccountToken>> authenticate(std::string_view token, tenancy::Asker asker, Deadline deadline);

    void apply(snapshots::Change const& change);
    void set_listening(bool listening);

private:
    AccountTokenRepository& repository_;
    crypto::Keyring const& keyring_;
    tenancy::SecretGate& gate_;
    Clock const& clock_;
    snapshots::Cache<crypto::Digest, AccountToken, tenancy::DigestHash> cache_;
};

} // namespace sluice::accounts
