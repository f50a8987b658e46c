#pragma once

#include "accounts/repositories.hpp"
#include "base/result.hpp"
#include "core/backend.hpp"
#include "core/changes.hpp"

#include <string_view>

#include <pqxx/result>
#include <pqxx/transaction>

namespace sluice::store {

// What several repositories do to accounts. Each is a part of a transaction of the environment. `action` is for the
// audit log.

/// How an account is changed.
struct AccountEdit {
    bool new_credentials = false; ///< The generation moves.
    std::string_view action{};    ///< For the audit log; empty: what Sluice does by itself.
};
/// Lets `change` edit such a row and writes what changed, with the events that tell of it.
[[nodiscard]] Result<accounts::Account> change_locked(pqxx::work& transaction, Changes& changes, Backend const& backend,
                                                      pqxx::row const& row, AccountEdit edit,
                                                      accounts::AccountChange const& change);

/// Puts other credentials in: whoever renews the old ones meanwhile must not write over these.
[[nodiscard]] Result<accounts::Account> replace_credentials(pqxx::work& transaction, Changes& changes,
                                                            Backend const& backend, pqxx::row const& row,
                                                            accounts::AccountChange const& change,
                                                            std::string_view action);

/// A new account, with its events. `action` is for the audit log, here and below. Errors: not_found if the environment
/// integration is not there.
[[nodiscard]] Result<accounts::Account> insert_account(pqxx::work& transaction, Changes& changes,
                                                       Backend const& backend, accounts::Account account,
                                                       accounts::Context const& context, std::string_view action);
/// What a reconnection puts in place of the old: method, context, tokens; `connecting` until it was tried. The id, and
/// all that hangs on it, stays.
[[nodiscard]] Result<accounts::Account> replace_account(pqxx::work& transaction, Changes& changes,
                                                        Backend const& backend, IntegratedAccountId id,
                                                        accounts::Account const& from, accounts::Context const& context,
                                                        std::string_view action);
/// Lets `change` edit the locked row, with the events that tell of it. The credentials stay.
[[nodiscard]] Result<accounts::Account> change_account(pqxx::work& transaction, Changes& changes,
                                                       Backend const& backend, EnvironmentId environment,
                                                       IntegratedAccountId id, accounts::AccountChange const& change,
                                                       std::string_view action = {});

} // namespace sluice::store
