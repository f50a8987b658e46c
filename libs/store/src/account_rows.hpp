#pragma once

#include "accounts/repositories.hpp"
#include "base/result.hpp"
#include "crypto/keyring.hpp"
#include "repositories.hpp"

#include <pqxx/transaction>

namespace sluice::store {

/// All that makes an account callable, read in the transaction of its environment. Errors: not_found.
[[nodiscard]] Result<accounts::AccountState> account_state(pqxx::work& transaction, crypto::Keyring const& keyring,
                                                           EnvironmentId environment, IntegratedAccountId id);

/// A new account, with its events. Errors: not_found if the environment integration is not there.
[[nodiscard]] Result<accounts::Account> insert_account(pqxx::work& transaction, Backend const& backend,
                                                       accounts::Account account, accounts::Context const& context);
/// What a reconnection puts in place of the old: method, context, tokens; `connecting` until it was tried. The id, and
/// all that hangs on it, stays.
[[nodiscard]] Result<accounts::Account> replace_account(pqxx::work& transaction, Backend const& backend,
                                                        IntegratedAccountId id, accounts::Account const& from,
                                                        accounts::Context const& context);
/// Lets `change` edit the locked row, with the events that tell of it. The credentials stay.
[[nodiscard]] Result<accounts::Account> change_account(pqxx::work& transaction, Backend const& backend,
                                                       EnvironmentId environment, IntegratedAccountId id,
                                                       accounts::AccountChange const& change);

} // namespace sluice::store
