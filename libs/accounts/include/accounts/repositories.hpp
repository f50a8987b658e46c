#pragma once

#include "accounts/account.hpp"
#include "accounts/context.hpp"
#include "accounts/installation.hpp"
#include "base/deadline.hpp"
#include "base/result.hpp"
#include "crypto/envelope.hpp"
#include "runtime/task.hpp"
#include "tenancy/actor.hpp"
#include "tenancy/page.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::accounts {

// The repositories of accounts. Every function works inside one environment: rows of others are not_found. Every
// function may answer unavailable. All are thread-safe. If a caller goes away, its transaction is not committed. A
// function that has an `author` writes one entry of the audit log with the change.

/// A stored definition.
struct StoredIntegration {
    IntegrationId id;
    std::optional<TeamId> team;
    std::string name;
    std::string label;
    std::string category;
    bool is_beta = false;
    std::string sharing;
    int version = 1;
    json::value manifest;
    json::value document;
    Timestamp created_at;
    Timestamp updated_at;
};

class IntegrationRepository {
public:
    virtual ~IntegrationRepository() = default;
    /// The definitions that the environment may use: built-in ones and those of its team. Without their documents, in
    /// any order.
    virtual Task<Result<std::vector<StoredIntegration>>> list(EnvironmentId environment, Deadline deadline) = 0;
    virtual Task<Result<StoredIntegration>> find(EnvironmentId environment, IntegrationId id, Deadline deadline) = 0;
    /// A definition, whoever may use it. For the definitions of accounts that exist.
    virtual Task<Result<StoredIntegration>> load(IntegrationId id, Deadline deadline) = 0;
    /// Stores a definition. If it differs from the stored one it gets the next version. True if it changed anything.
    /// The audit log has it, also as `integration.confirm`; that of no team is in no team's audit log.
    virtual Task<Result<bool>> publish(StoredIntegration integration, tenancy::Author author, Deadline deadline) = 0;
    /// Deletes a definition of a team. Errors: not_found; conflict while an environment has it installed.
    virtual Task<Result<void>> remove(TeamId team, IntegrationId id, tenancy::Author author, Deadline deadline) = 0;
};

/// An installed integration with its secrets: that of its OAuth app, and the key of its client certificate.
struct InstallationState {
    EnvironmentIntegration row;
    std::optional<SealedSecret> app_secret;
    std::optional<SealedSecret> tls_key;
    int integration_version = 1;
};

class InstallationRepository {
public:
    virtual ~InstallationRepository() = default;
    /// `ensure` makes a row unless the integration is installed. An existing row is given unchanged, with `created`
    /// false; the audit log has it as `environment_integration.confirm`.
    struct Ensured {
        EnvironmentIntegration row;
        bool created = false;
    };
    virtual Task<Result<Ensured>> ensure(EnvironmentIntegration row, tenancy::Author author, Deadline deadline) = 0;
    virtual Task<Result<EnvironmentIntegration>> find(EnvironmentId environment, EnvironmentIntegrationId id,
                                                      Deadline deadline) = 0;
    virtual Task<Result<InstallationState>> load(EnvironmentId environment, EnvironmentIntegrationId id,
                                                 Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<EnvironmentIntegration>>> list(EnvironmentId environment,
                                                                     tenancy::ListQuery query, Deadline deadline) = 0;
    /// Without `app_secret` the stored secret stays, if the override still has an app. Without `tls_key` the stored key
    /// stays, if the override still has its certificate. Errors: `tls_key_needed` if it has another one.
    virtual Task<Result<EnvironmentIntegration>> update(EnvironmentIntegration row, tenancy::Author author,
                                                        Deadline deadline) = 0;
    /// Hides the installation and its accounts: they are not found any more. Takes the same time however many accounts
    /// there are: the job `kUninstallJob` deletes them.
    virtual Task<Result<void>> remove(EnvironmentId environment, EnvironmentIntegrationId id, tenancy::Author author,
                                      Deadline deadline) = 0;
    /// Deletes a batch of the accounts of a removed installation, with their events; at the end its row. False if
    /// nothing is left.
    virtual Task<Result<bool>> remove_rest(EnvironmentId environment, EnvironmentIntegrationId id,
                                           Deadline deadline) = 0;
};

class DocumentationRepository {
public:
    virtual ~DocumentationRepository() = default;
    /// Errors: conflict if there is a row for the same entity, resource, method and type, or the quota is full.
    virtual Task<Result<DocumentationRow>> create(DocumentationRow row, tenancy::Author author, Deadline deadline) = 0;
    virtual Task<Result<DocumentationRow>> find(EnvironmentId environment, DocumentationId id, Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<DocumentationRow>>> list(EnvironmentId environment, tenancy::ListQuery query,
                                                               Deadline deadline) = 0;
    virtual Task<Result<DocumentationRow>> update(DocumentationRow row, tenancy::Author author, Deadline deadline) = 0;
    virtual Task<Result<void>> remove(EnvironmentId environment, DocumentationId id, tenancy::Author author,
                                      Deadline deadline) = 0;
    /// The rows that change the tools of an installed integration, the most specific last.
    virtual Task<Result<std::vector<DocumentationRow>>> of_installation(EnvironmentId environment,
                                                                        EnvironmentIntegrationId installation,
                                                                        IntegrationId integration,
                                                                        Deadline deadline) = 0;
};

/// Everything that makes an account callable, read in one transaction.
struct AccountState {
    Account account;
    crypto::DataKey key;
    bool is_enabled = true;
    bool is_trial = false; ///< The account has no row.
    json::object override;
    std::optional<SealedSecret> app_secret; ///< The secret of the developer's own OAuth app.
    std::optional<SealedSecret> tls_key;    ///< The key of the client certificate in `override`.
    std::optional<AppTrouble> app_trouble;
    std::optional<Timestamp> app_worked_at; ///< When the app last renewed an account, to the minute.
    int integration_version = 1;
    std::vector<DocumentationRow> documentation; ///< The most specific last.
    std::string reconnect_url;                   ///< The environment's page for reconnecting; empty if there is none.
    std::chrono::hours log_bodies_for{};         ///< How long the environment keeps the bodies of calls; 0: not.
    bool structured_limits = false;              ///< The environment wants structured limit headers as well.
    json::object schema; ///< The account's own part of the tools, by source; empty if not known.
};

/// Changes an account. It runs on a database thread with the row locked, and must own everything it touches.
using AccountChange = std::function<Result<void>(Account& account, Context& context)>;

/// An account's lease for renewing its credential. One refresher on all replicas has it at a time.
struct RefreshLease {
    enum class Kind {
        taken,       ///< The caller has the lease until it ends; `state` is to be renewed.
        busy,        ///< Somebody else has the lease.
        renewed,     ///< The generation has moved since the caller saw it: there is nothing to do.
        app_refused, ///< The vendor refuses the OAuth app, and the pause is not over: see `state.app_trouble`.
    };
    Kind kind = Kind::busy;
    /// The holder before died, perhaps after it had asked the vendor.
    bool is_interrupted = false;
    AccountState state; ///< The account now; not filled if busy.
};

/// The end of a renewal.
struct RefreshEnd {
    enum class Kind {
        renewed,     ///< There are new credentials: the generation moves, and the OAuth app is known to work.
        failed,      ///< The old credentials stay, and the renewal may be tried again.
        undecided,   ///< The vendor may have used up the refresh token: the intent stays.
        app_refused, ///< The vendor refuses the OAuth app; `message` says how.
    };
    Kind kind = Kind::failed;
    std::string message;
};

/// Little is left of a vendor's limit.
struct LimitWarning {
    std::string window; ///< Its name.
    Timestamp until;    ///< Before that nobody is told again.
    json::object view;  ///< The window, for the event.
};

class AccountRepository {
public:
    virtual ~AccountRepository() = default;
    /// Stores an account. Its secrets are sealed under the environment's newest data key. Errors: not_found if there is
    /// no such environment integration; conflict if the environment has as many accounts as its quota allows.
    virtual Task<Result<Account>> create(Account account, Context context, tenancy::Author author,
                                         Deadline deadline) = 0;
    virtual Task<Result<Account>> find(EnvironmentId environment, IntegratedAccountId id, Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<Account>>> list(EnvironmentId environment, tenancy::ListQuery query,
                                                      Deadline deadline) = 0;
    /// Reads the account, lets `change` edit it and writes it, in one transaction. With `new_credentials` the
    /// generation moves and the doubts about the old ones are removed. Errors: not_found, and those of `change`.
    virtual Task<Result<Account>> update(EnvironmentId environment, IntegratedAccountId id, bool new_credentials,
                                         AccountChange change, tenancy::Author author, Deadline deadline) = 0;
    /// As `update`, for what Sluice finds out by itself: a verdict, what a vendor told. The credentials stay.
    virtual Task<Result<Account>> note(EnvironmentId environment, IntegratedAccountId id, AccountChange change,
                                       Deadline deadline) = 0;
    /// Writes into the audit log that somebody wants the credential renewed. A renewal has no author itself: it may be
    /// shared with others, or be made by another replica. Errors: not_found.
    virtual Task<Result<void>> ask_renewal(EnvironmentId environment, IntegratedAccountId id, tenancy::Author author,
                                           Deadline deadline) = 0;
    /// Takes the lease for the time `lease`, unless the generation is not `seen` any more or somebody has it.
    virtual Task<Result<RefreshLease>> lease_refresh(EnvironmentId environment, IntegratedAccountId id,
                                                     std::int64_t seen, Uuid owner, std::chrono::seconds lease,
                                                     Deadline deadline) = 0;
    /// Writes the intent: the vendor is about to be asked. Errors: conflict if `owner` has lost the lease.
    virtual Task<Result<void>> intend_refresh(EnvironmentId environment, IntegratedAccountId id, Uuid owner,
                                              Deadline deadline) = 0;
    /// `update` by the holder of the lease. Ends the lease, and removes the intent unless the end is `undecided`. A
    /// refusal of the OAuth app is written to the environment integration, with one event. Errors: conflict if `owner`
    /// has lost the lease; those of `update`.
    virtual Task<Result<Account>> finish_refresh(EnvironmentId environment, IntegratedAccountId id, Uuid owner,
                                                 RefreshEnd end, AccountChange change, Deadline deadline) = 0;
    /// Makes the account's health check due, unless somebody asked for it within the last minute. Does nothing after a
    /// refusal of the credential until the next one can be the verdict (`kCredentialApart`): a check before that would
    /// put the verdict off.
    virtual Task<Result<void>> ask_health(EnvironmentId environment, IntegratedAccountId id, Deadline deadline) = 0;
    /// Writes the event `rate_limit:warning`, unless one of this window and account was written whose `until` has not
    /// come, or a few of other windows.
    virtual Task<Result<void>> warn_of_limit(EnvironmentId environment, IntegratedAccountId id, LimitWarning warning,
                                             Deadline deadline) = 0;
    /// `update` with the customer's answers to the form after connecting; an event tells of it.
    virtual Task<Result<Account>> store_answers(EnvironmentId environment, IntegratedAccountId id, AccountChange change,
                                                tenancy::Author author, Deadline deadline) = 0;
    virtual Task<Result<void>> remove(EnvironmentId environment, IntegratedAccountId id, tenancy::Author author,
                                      Deadline deadline) = 0;
    /// Removes all of them in one transaction, with one entry of the audit log. Gives the ids of those that existed.
    virtual Task<Result<std::vector<IntegratedAccountId>>> remove_all(EnvironmentId environment,
                                                                      std::vector<IntegratedAccountId> ids,
                                                                      tenancy::Author author, Deadline deadline) = 0;
    virtual Task<Result<AccountState>> load_state(EnvironmentId environment, IntegratedAccountId id,
                                                  Deadline deadline) = 0;
    /// How many accounts there are in each status, in all environments together: for operators. A status without
    /// accounts may be missing.
    virtual Task<Result<std::map<Status, std::int64_t>>> count(Deadline deadline) = 0;
};

} // namespace sluice::accounts
