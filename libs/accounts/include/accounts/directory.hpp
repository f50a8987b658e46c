#pragma once

#include "accounts/account_tokens.hpp"
#include "accounts/callable_accounts.hpp"
#include "accounts/integrations.hpp"
#include "accounts/refresher.hpp"
#include "accounts/repositories.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"
#include "crypto/keyring.hpp"
#include "http_api/behind.hpp"
#include "http_api/client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice::accounts {

/// An account that a developer enters with its credentials.
struct NewAccount {
    EnvironmentId environment;
    EnvironmentIntegrationId environment_integration;
    std::string tenant_id;
    std::string authentication_method;
    std::optional<std::string> region;
    bool is_sandbox = false;
    json::object context; ///< Settings and secrets together.
};

/// What changes of an account. What is absent stays.
struct AccountPatch {
    std::optional<std::string> tenant_id = {};
    std::optional<std::optional<std::string>> region = {};
    std::optional<bool> is_sandbox = {};
    std::optional<bool> is_blocked = {};
    std::optional<json::object> context = {}; ///< Merged as `patch_context` says.
};

/// A token for one account, with its secret.
struct MintedAccountToken {
    Secret token;
    Timestamp expires_at;
};

/// The integrated accounts of environments: what developers do with them. One per I/O thread. Every method runs inside
/// the environment it is given: what lies outside is not_found. All may answer unavailable.
class Directory {
public:
    /// All must outlive it. `behind` does what an answer need not wait for.
    Directory(AccountRepository& accounts, InstallationRepository& installations, IntegrationRepository& definitions,
              AccountTokenRepository& tokens, Integrations& integrations, CallableAccounts& callable,
              Refresher& refresher, http::Client& client, http::Behind& behind, crypto::Keyring const& keyring,
              Clock const& clock);

    /// Errors: invalid_argument at `environment_integration_id`, `authentication_method` or `context.<field>`.
    Task<Result<Account>> create(NewAccount account, Deadline deadline);
    /// A context with credentials makes the account active. Errors: not_found; invalid_argument at `context.<field>`.
    Task<Result<Account>> change(EnvironmentId environment, IntegratedAccountId id, AccountPatch patch,
                                 Deadline deadline);
    /// Puts other credentials in and makes the account active; without `method` it stays the one it has. Errors: as
    /// `change`.
    Task<Result<Account>> replace_credentials(EnvironmentId environment, IntegratedAccountId id,
                                              std::optional<std::string> method, json::object context,
                                              Deadline deadline);
    /// Renews the credential. A renewal that fails is no error while the old credential works and the connection is not
    /// over. Takes up to 30 s, whatever the deadline is. Errors: conflict for credentials that are not renewed; those
    /// of `Refresher::renew`.
    Task<Result<void>> renew(EnvironmentId environment, IntegratedAccountId id, Deadline deadline);
    /// A token for the customer's browser, for `AccountTokens::kLifetime`.
    Task<Result<MintedAccountToken>> mint_token(EnvironmentId environment, IntegratedAccountId id, Deadline deadline);
    /// Deletes an account. What it was granted at the vendor is revoked behind the answer, as far as the vendor can be
    /// reached.
    Task<Result<void>> remove(EnvironmentId environment, IntegratedAccountId id, Deadline deadline);
    /// Deletes accounts one by one, each within `limit`. Those that were there; one that is not keeps no other. After
    /// an error those before it are deleted all the same.
    Task<Result<std::vector<IntegratedAccountId>>>
    remove_all(EnvironmentId environment, std::vector<IntegratedAccountId> ids, std::chrono::milliseconds limit);

private:
    AccountRepository& accounts_;
    InstallationRepository& installations_;
    IntegrationRepository& definitions_;
    AccountTokenRepository& tokens_;
    Integrations& integrations_;
    CallableAccounts& callable_;
    Refresher& refresher_;
    http::Client& client_;
    http::Behind& behind_;
    crypto::Keyring const& keyring_;
    Clock const& clock_;
};

} // namespace sluice::accounts
