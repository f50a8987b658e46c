#pragma once

#include "accounts/repositories.hpp"
#include "base/result.hpp"
#include "crypto/keyring.hpp"

#include <pqxx/transaction>

namespace sluice::store {

/// All that makes an account callable, read in the transaction of its environment. Errors: not_found.
[[nodiscard]] Result<accounts::AccountState> account_state(pqxx::work& transaction, crypto::Keyring const& keyring,
                                                           EnvironmentId environment, IntegratedAccountId id);

} // namespace sluice::store
