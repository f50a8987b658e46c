#pragma once

#include "accounts/repositories.hpp"
#include "core/backend.hpp"
#include "core/changes.hpp"

#include <chrono>
#include <cstdint>

#include <pqxx/transaction>

namespace sluice::store {

// The lease of an account for renewing its credential, and what a renewal tells of the OAuth app that all accounts of
// an environment integration share. Each is a part of a transaction of the environment.

/// As `AccountRepository::lease_refresh`.
[[nodiscard]] Result<accounts::RefreshLease> take_lease(pqxx::work& transaction, Backend const& backend,
                                                        EnvironmentId environment, IntegratedAccountId id,
                                                        std::int64_t seen, Uuid const& owner,
                                                        std::chrono::seconds lease);
/// As `AccountRepository::intend_refresh`. True, or conflict.
[[nodiscard]] Result<bool> intend_renewal(pqxx::work& transaction, EnvironmentId environment, IntegratedAccountId id,
                                          Uuid const& owner);
/// As `AccountRepository::finish_refresh`.
[[nodiscard]] Result<accounts::Account> end_lease(pqxx::work& transaction, Changes& changes, Backend const& backend,
                                                  EnvironmentId environment, IntegratedAccountId id, Uuid const& owner,
                                                  accounts::RefreshEnd const& end,
                                                  accounts::AccountChange const& change);
/// Takes the lease, and the intent, from whoever has them.
void drop_lease(pqxx::work& transaction, EnvironmentId environment, IntegratedAccountId id);

} // namespace sluice::store
