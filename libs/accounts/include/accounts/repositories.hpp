#pragma once

#include "accounts/account.hpp"
#include "accounts/context.hpp"
#include "accounts/installation.hpp"
#include "base/deadline.hpp"
#include "base/result.hpp"
#include "crypto/envelope.hpp"
#include "runtime/task.hpp"
#include "tenancy/page.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sluice::accounts {

// Every method runs inside the environment it is given; what lies outside is not_found. All may answer unavailable.

/// A definition as stored.
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
    /// Those the environment may use: built-in ones and its team's; without their documents. Any order.
    virtual Task<Result<std::vector<StoredIntegration>>> list(EnvironmentId environment, Deadline deadline) = 0;
    virtual Task<Result<StoredIntegration>> find(EnvironmentId environment, IntegrationId id, Deadline deadline) = 0;
    /// Whoever may use it; for definitions of accounts that exist.
    virtual Task<Result<StoredIntegration>> load(IntegrationId id, Deadline deadline) = 0;
    /// Stores a definition; one that differs from what is there gets the next version. True if it changed anything.
    virtual Task<Result<bool>> publish(StoredIntegration integration, Deadline deadline) = 0;
};

/// An installed integration with what its OAuth app takes.
struct InstallationState {
    EnvironmentIntegration row;
    std::optional<SealedSecret> app_secret;
    int integration_version = 1;
};

class InstallationRepository {
public:
    virtual ~InstallationRepository() = default;
    /// Idempotent by integration: an existing row comes back as it is, `created` false.
    struct Ensured {
        EnvironmentIntegration row;
        bool created = false;
    };
    virtual Task<Result<Ensured>> ensure(EnvironmentIntegration row, Deadline deadline) = 0;
    virtual Task<Result<EnvironmentIntegration>> find(EnvironmentId environment, EnvironmentIntegrationId id,
                                                      Deadline deadline) = 0;
    virtual Task<Result<InstallationState>> load(EnvironmentId environment, EnvironmentIntegrationId id,
                                                 Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<EnvironmentIntegration>>> list(EnvironmentId environment,
                                                                     tenancy::ListQuery query, Deadline deadline) = 0;
    /// Without `app_secret` the stored one stays, as long as the override has an app.
    virtual Task<Result<EnvironmentIntegration>> update(EnvironmentIntegration row, Deadline deadline) = 0;
    /// From then on neither it nor its accounts are found. However many there are, it takes no longer: a job of the
    /// kind `uninstall` deletes them.
    virtual Task<Result<void>> remove(EnvironmentId environment, EnvironmentIntegrationId id, Deadline deadline) = 0;
    /// Deletes a batch of the accounts of a removed one, with their events, or at last its row. False: nothing is left.
    virtual Task<Result<bool>> remove_rest(EnvironmentId environment, EnvironmentIntegrationId id,
                                           Deadline deadline) = 0;
};

class DocumentationRepository {
public:
    virtual ~DocumentationRepository() = default;
    /// Errors: conflict if there is a row for the same entity, resource, method and type.
    virtual Task<Result<DocumentationRow>> create(DocumentationRow row, Deadline deadline) = 0;
    virtual Task<Result<DocumentationRow>> find(EnvironmentId environment, DocumentationId id, Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<DocumentationRow>>> list(EnvironmentId environment, tenancy::ListQuery query,
                                                               Deadline deadline) = 0;
    virtual Task<Result<DocumentationRow>> update(DocumentationRow row, Deadline deadline) = 0;
    virtual Task<Result<void>> remove(EnvironmentId environment, DocumentationId id, Deadline deadline) = 0;
    /// Those that change the tools of an installed integration, the most specific last.
    virtual Task<Result<std::vector<DocumentationRow>>> of_installation(EnvironmentId environment,
                                                                        EnvironmentIntegrationId installation,
                                                                        IntegrationId integration,
                                                                        Deadline deadline) = 0;
};

/// All that makes an account callable, as one transaction read it.
struct AccountState {
    Account account;
    crypto::DataKey key;
    bool is_enabled = true;
    json::object override;
    std::optional<SealedSecret> app_secret; ///< Of the developer's own OAuth app.
    std::optional<AppTrouble> app_trouble;
    std::optional<Timestamp> app_worked_at; ///< When the app last renewed an account, to the minute.
    int integration_version = 1;
    std::vector<DocumentationRow> documentation; ///< The most specific last.
    std::string reconnect_url;                   ///< Of the environment; empty if it has none.
    json::object schema; ///< What the account itself decides about its tools, by source; empty: not known.
};

/// What a change of an account may do; runs on a database thread, with the row locked, and owns all it touches.
using AccountChange = std::function<Result<void>(Account& account, Context& context)>;

/// An account's lease for renewing its credential: one refresher at a time across all replicas.
struct RefreshLease {
    enum class Kind {
        taken,       ///< Ours until it ends; `state` is what to renew.
        busy,        ///< Somebody else's.
        renewed,     ///< The generation is no longer the one that was seen: nothing to do.
        app_refused, ///< The vendor refuses the OAuth app, and it is not time to ask again: `state.app_trouble`.
    };
    Kind kind = Kind::busy;
    /// Taken over from a refresher that died after it may have asked the vendor.
    bool is_interrupted = false;
    AccountState state; ///< As it is now; not filled when busy.
};

/// How a renewal ended.
struct RefreshEnd {
    enum class Kind {
        renewed,     ///< New credentials: the generation moves, and the OAuth app is known to work.
        failed,      ///< The old ones stay, and may be tried again.
        undecided,   ///< The vendor may have used them up: the intent stays.
        app_refused, ///< The vendor refuses the OAuth app; `message` says how.
    };
    Kind kind = Kind::failed;
    std::string message;
};

class AccountRepository {
public:
    virtual ~AccountRepository() = default;
    /// Seals `secret` under the environment's newest data key. Errors: not_found if the environment integration is
    /// not there.
    virtual Task<Result<Account>> create(Account account, Context context, Deadline deadline) = 0;
    virtual Task<Result<Account>> find(EnvironmentId environment, IntegratedAccountId id, Deadline deadline) = 0;
    virtual Task<Result<tenancy::Page<Account>>> list(EnvironmentId environment, tenancy::ListQuery query,
                                                      Deadline deadline) = 0;
    /// Reads, lets `change` edit, writes, in one transaction. With `new_credentials` the generation moves, and what
    /// spoke against the old ones is forgotten.
    virtual Task<Result<Account>> update(EnvironmentId environment, IntegratedAccountId id, bool new_credentials,
                                         AccountChange change, Deadline deadline) = 0;
    /// Takes the lease for `lease`, unless the generation is no longer `seen` or somebody has it. A short transaction.
    virtual Task<Result<RefreshLease>> lease_refresh(EnvironmentId environment, IntegratedAccountId id,
                                                     std::int64_t seen, Uuid owner, std::chrono::seconds lease,
                                                     Deadline deadline) = 0;
    /// Records that the vendor is about to be asked. Errors: conflict if the lease is no longer `owner`'s.
    virtual Task<Result<void>> intend_refresh(EnvironmentId environment, IntegratedAccountId id, Uuid owner,
                                              Deadline deadline) = 0;
    /// `update` by the holder of the lease, which ends with it and, but for `undecided`, takes the intent along. What
    /// the vendor says of the OAuth app is kept with the environment integration and told once. Errors: conflict as
    /// above.
    virtual Task<Result<Account>> finish_refresh(EnvironmentId environment, IntegratedAccountId id, Uuid owner,
                                                 RefreshEnd end, AccountChange change, Deadline deadline) = 0;
    /// Makes the account's health check due, unless that was asked within the last minute.
    virtual Task<Result<void>> ask_health(EnvironmentId environment, IntegratedAccountId id, Deadline deadline) = 0;
    /// `update` with what the customer answered after connecting, which it tells.
    virtual Task<Result<Account>> store_answers(EnvironmentId environment, IntegratedAccountId id, AccountChange change,
                                                Deadline deadline) = 0;
    virtual Task<Result<void>> remove(EnvironmentId environment, IntegratedAccountId id, Deadline deadline) = 0;
    virtual Task<Result<AccountState>> load_state(EnvironmentId environment, IntegratedAccountId id,
                                                  Deadline deadline) = 0;
};

} // namespace sluice::accounts
