#pragma once

#include "accounts/account.hpp"
#include "base/clock.hpp"

#include <string_view>

#include <pqxx/transaction>

namespace sluice::store {

/// Writes an event and a delivery of it for each webhook that wants it, in the transaction of what it tells of.
void record_event(pqxx::work& transaction, Timestamp now, EnvironmentId environment, std::string_view type,
                  std::optional<IntegratedAccountId> account, json::object const& payload);

/// The delivery of an account's events to a webhook whose turn it is, and the lock on their queue until the transaction
/// ends. Webhooks of one transaction are to be asked in the order of their ids.
[[nodiscard]] std::optional<Uuid> first_waiting(pqxx::work& transaction, Timestamp now, EnvironmentId environment,
                                                WebhookId webhook, IntegratedAccountId account);

/// `integrated_account:<what>` with the account as it is now.
void record_account_event(pqxx::work& transaction, Timestamp now, accounts::Account const& account,
                          std::string_view what);

} // namespace sluice::store
