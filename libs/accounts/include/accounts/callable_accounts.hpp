#pragma once

#include "accounts/integrations.hpp"
#include "accounts/vault.hpp"
#include "snapshots/cache.hpp"
#include "snapshots/change.hpp"

#include <utility>

namespace sluice::accounts {

/// Makes an account callable: compiles its integration and renders its address. Errors: those of
/// `Integrations::install` and `Integrations::tools_of`.
Task<Result<CallableAccountPtr>> make_callable(Integrations& integrations, AccountState state, Deadline deadline);

/// The snapshot depends on the account, its environment integration, its definition and its environment.
[[nodiscard]] snapshots::Dependencies dependencies_of(CallableAccount const& connected);
/// About how many bytes the snapshot takes, without what it shares with other accounts of its integration.
[[nodiscard]] std::size_t weight_of(CallableAccount const& connected);

/// Callable accounts by id. One per I/O thread.
class CallableAccounts {
public:
    /// Both must outlive it.
    CallableAccounts(AccountRepository& repository, Integrations& integrations, snapshots::CacheConfig config);
    ~CallableAccounts();

    /// Errors: not_found, unavailable, and those of `make_callable`.
    Task<Result<CallableAccountPtr>> find(EnvironmentId environment, IntegratedAccountId id, Deadline deadline);

    void apply(snapshots::Change const& change);
    void set_listening(bool listening);

private:
    using Key = std::pair<EnvironmentId, IntegratedAccountId>;
    struct KeyHash {
        std::size_t operator()(Key const& key) const noexcept { return std::hash<IntegratedAccountId>{}(key.second); }
    };

    AccountRepository& repository_;
    Integrations& integrations_;
    snapshots::Cache<Key, CallableAccount, KeyHash> cache_;
};

} // namespace sluice::accounts
