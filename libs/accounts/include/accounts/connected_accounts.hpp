#pragma once

#include "accounts/integrations.hpp"
#include "accounts/vault.hpp"
#include "tenancy/change.hpp"
#include "tenancy/snapshot_cache.hpp"

#include <utility>

namespace sluice::accounts {

/// Makes an account callable: its integration compiled, its address rendered.
Task<Result<ConnectedPtr>> connect(Integrations& integrations, AccountState state, Deadline deadline);

/// The account, its environment integration, its definition and its environment.
[[nodiscard]] tenancy::Dependencies dependencies_of(ConnectedAccount const& connected);
/// About what it takes beside what it shares with the other accounts of its integration.
[[nodiscard]] std::size_t weight_of(ConnectedAccount const& connected);

/// Callable accounts by id. One per I/O thread.
class ConnectedAccounts {
public:
    /// Both must outlive it.
    ConnectedAccounts(AccountRepository& repository, Integrations& integrations, tenancy::SnapshotCacheConfig config);

    /// Errors: not_found, unavailable.
    Task<Result<ConnectedPtr>> find(EnvironmentId environment, IntegratedAccountId id, Deadline deadline);

    void apply(tenancy::Change const& change) { cache_.drop(change); }
    void set_listening(bool listening) { cache_.set_listening(listening); }

private:
    using Key = std::pair<EnvironmentId, IntegratedAccountId>;
    struct KeyHash {
        std::size_t operator()(Key const& key) const noexcept { return std::hash<IntegratedAccountId>{}(key.second); }
    };

    AccountRepository& repository_;
    Integrations& integrations_;
    tenancy::SnapshotCache<Key, ConnectedAccount, KeyHash> cache_;
};

} // namespace sluice::accounts
