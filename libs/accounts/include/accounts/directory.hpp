#pragma once

#include "accounts/account_tokens.hpp"
#include "accounts/callable_accounts.hpp"
#include "accounts/credential_trial.hpp"
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
    std::shared_ptr<limits::FairShares const> fair_share = {}; ///< Null: its calls are not shared out.
    json::object context;                                      ///< Settings and secrets together.
    bool verify = true;                                        ///< Whether the vendor is asked first.
};

/// A change of an account. Absent members stay as they are.
struct AccountPatch {
    std::optional<std::string> tenant_id = {};
    std::optional<std::optional<std::string>> region = {};
    std::optional<bool> is_sandbox = {};
    std::optional<bool> is_blocked = {};
    std::optional<std::shared_ptr<limits::FairShares const>> fair_share = {}; ///< Null removes it.
    std::optional<json::object> context = {};                                 ///< Merged as `patch_context` says.
    bool may_enter_credentials = true; ///< Whether `context` may have credentials.
    bool verify = true;                ///< Whether the vendor is asked about credentials in `context` first.
};

/// Credentials that replace those of an account.
struct NewCredentials {
    std::optional<std::string> authentication_method = {}; ///< Without it the method stays.
    json::object context;                                  ///< Merged as `patch_context` says.
    bool verify = true;                                    ///< Whether the vendor is asked first.
};

/// A token for one account, with its secret.
struct MintedAccountToken {
    Secret token;
    Timestamp expires_at;
};

/// What developers do with integrated accounts. One per I/O thread. Every function works inside one environment: rows
/// of others are not_found. Every function may answer unavailable. Each writes one entry of the audit log, in the
/// transaction of its change.
///
/// Credentials are tried at the vendor before they are stored (`CredentialTrial`), unless `verify` is false. An access
/// token that has ended is stored untried: its renewal, which is due at once, finds out. If the vendor refuses them,
/// the error is invalid_argument at `context`; if it cannot be asked, upstream_* or rate_limited. Then nothing is
/// stored. The vendor has 25 s, whatever the deadline is.
class Directory {
public:
    /// All must outlive it. `behind` does what an answer need not wait for.
    Directory(AccountRepository& accounts, InstallationRepository& installations, IntegrationRepository& definitions,
              AccountTokenRepository& tokens, Integrations& integrations, CallableAccounts& callable,
              Refresher& refresher, CredentialTrial& trial, http::Client& client, http::Behind& behind,
              crypto::Keyring const& keyring, Clock const& clock);

    /// Stores an account with its credentials. Errors: invalid_argument at `environment_integration_id`,
    /// `authentication_method`, `context` or `context.<field>`.
    Task<Result<Account>> create(NewAccount account, tenancy::Author author, Deadline deadline);
    /// A patch whose context has credentials makes the account active. Errors: not_found; invalid_argument at
    /// `context.<field>`.
    Task<Result<Account>> change(EnvironmentId environment, IntegratedAccountId id, AccountPatch patch,
                                 tenancy::Author author, Deadline deadline);
    /// Replaces the credentials and makes the account active. Errors: as of `change`.
    Task<Result<Account>> replace_credentials(EnvironmentId environment, IntegratedAccountId id,
                                              NewCredentials credentials, tenancy::Author author, Deadline deadline);
    /// Renews the credential. A failed renewal is no error while the old credential works and the account is not dead.
    /// Takes up to 30 s, whatever the deadline is. The audit log has who asked (`AccountRepository::ask_renewal`),
    /// before the vendor is asked. Errors: conflict for credentials of a kind that is never renewed; those of
    /// `Refresher::renew`.
    Task<Result<void>> renew(EnvironmentId environment, IntegratedAccountId id, tenancy::Author author,
                             Deadline deadline);
    /// Makes a token for the customer's browser. It lives for `AccountTokens::kLifetime`.
    Task<Result<MintedAccountToken>> mint_token(EnvironmentId environment, IntegratedAccountId id,
                                                tenancy::Author author, Deadline deadline);
    /// Deletes an account. Its grant is revoked at the vendor in the background, if the vendor can be reached.
    Task<Result<void>> remove(EnvironmentId environment, IntegratedAccountId id, tenancy::Author author,
                              Deadline deadline);
    /// Deletes accounts, all or none. Gives the ids of those that existed; a missing one is no error. Their grants are
    /// revoked as after `remove`.
    Task<Result<std::vector<IntegratedAccountId>>> remove_all(EnvironmentId environment,
                                                              std::vector<IntegratedAccountId> ids,
                                                              tenancy::Author author, Deadline deadline);

private:
    /// Asks the vendor about the credentials of `context`.
    Task<Result<void>> try_credentials(Account const& account, Context const& context);
    /// As `try_credentials`, for a stored account with `patch` merged into its context.
    Task<Result<void>> try_patch(CallableAccountPtr const& callable, std::optional<std::string> const& method,
                                 json::object const& patch, Deadline deadline);
    /// Revokes the grant of an account that was removed, behind the answer. Nothing if it could not be read before.
    Task<void> revoke_behind(EnvironmentId environment, Result<CallableAccountPtr> callable);

    AccountRepository& accounts_;
    InstallationRepository& installations_;
    IntegrationRepository& definitions_;
    AccountTokenRepository& tokens_;
    Integrations& integrations_;
    CallableAccounts& callable_;
    Refresher& refresher_;
    CredentialTrial& trial_;
    http::Client& client_;
    http::Behind& behind_;
    crypto::Keyring const& keyring_;
    Clock const& clock_;
};

} // namespace sluice::accounts
