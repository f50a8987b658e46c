#pragma once

#include "accounts/repositories.hpp"
#include "base/result.hpp"
#include "crypto/keyring.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/result>
#include <pqxx/transaction>

namespace sluice::store {

/// What is read of an account that is to be callable: columns of `integrated_accounts a` and its joins, which follow it
/// in FROM.
struct AccountSql {
    std::string columns;
    std::string joins;
};
[[nodiscard]] AccountSql const& account_sql();

/// Rows of one environment that `account_sql` read, one after the other.
class AccountRows {
public:
    /// Must outlive it.
    explicit AccountRows(crypto::Keyring const& keyring)
        : keyring_(keyring)
    {
    }
    /// Errors: reauth_needed if its key was shredded.
    [[nodiscard]] Result<accounts::AccountState> state(pqxx::row const& row);

private:
    [[nodiscard]] Result<crypto::DataKey> key_in(pqxx::field const& version, pqxx::field const& master,
                                                 pqxx::field const& wrapped, EnvironmentId environment);

    crypto::Keyring const& keyring_;
    std::map<std::uint32_t, crypto::DataKey> keys_;
    std::map<EnvironmentIntegrationId, std::vector<accounts::DocumentationRow>> documentation_;
};

/// All that makes an account callable, read in the transaction of its environment. Errors: not_found.
[[nodiscard]] Result<accounts::AccountState> account_state(pqxx::work& transaction, crypto::Keyring const& keyring,
                                                           EnvironmentId environment, IntegratedAccountId id);

/// Errors: not_found.
[[nodiscard]] Result<accounts::Account> find_account(pqxx::work& transaction, EnvironmentId environment,
                                                     IntegratedAccountId id);
/// The start of a list of accounts, for `run_list`; `account_in` reads its rows.
[[nodiscard]] std::string_view account_list_sql();
/// The account of a row with the columns of `account_sql`.
[[nodiscard]] accounts::Account account_in(pqxx::row const& row);

/// What such a row says of its lease, beside the account.
struct LeaseColumns {
    std::string owner;
    bool is_held = false;
    bool has_intent = false;
    bool is_app_refused = false;
    std::optional<Timestamp> app_worked_at;
};
[[nodiscard]] LeaseColumns lease_in(pqxx::row const& row);

/// The account's row, locked until the end of the transaction; nothing if it is not there.
[[nodiscard]] std::optional<pqxx::row> locked_account(pqxx::work& transaction, EnvironmentId environment,
                                                      IntegratedAccountId id);
/// What the audit log has of it: the members that the API shows; of the context the part without secrets.
[[nodiscard]] json::object audited(accounts::Account const& account);

} // namespace sluice::store
