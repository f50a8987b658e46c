#pragma once

#include "core/list_sql.hpp"
#include "core/row_values.hpp"
#include "crypto/keyring.hpp"
#include "events/webhook.hpp"

#include <vector>

#include <pqxx/result>
#include <pqxx/transaction>

// What the repositories of webhooks and of notification destinations have in common: their rows are in one table.
#define SLUICE_WEBHOOK_COLUMNS                                                                                         \
    "id, environment_id, kind, label, target_url, event_types, is_active, last_failure, "                              \
    "encode(sealed, 'hex') AS sealed, data_key_version, "                                                              \
    "(extract(epoch FROM paused_until) * 1000000)::bigint AS paused_until, "                                           \
    "(extract(epoch FROM created_at) * 1000000)::bigint AS created_at, "                                               \
    "(extract(epoch FROM updated_at) * 1000000)::bigint AS updated_at"
#define SLUICE_ATTEMPT_COLUMNS                                                                                         \
    "id, kind, event_id, event_type, webhook_id, delivery_id, attempt, status, error, duration_ms, "                   \
    "(extract(epoch FROM created_at) * 1000000)::bigint AS created_at"

namespace sluice::store {

/// What an attempt that succeeded changes in the receiver's row.
inline constexpr char kReceiverWorks[] =
    "UPDATE webhooks SET failures = 0, paused_until = NULL, last_failure = NULL WHERE environment_id = $1 AND id = $2 "
    "AND (failures > 0 OR paused_until IS NOT NULL OR last_failure IS NOT NULL)";

[[nodiscard]] events::Webhook webhook_in(pqxx::row const& row);
/// What the audit log has of it: the members that the API shows. Of a webhook only.
[[nodiscard]] json::object audited(events::Webhook const& webhook);
[[nodiscard]] events::AttemptEntry attempt_in(pqxx::row const& row);

/// Adds the secrets, sealed under the newest key.
[[nodiscard]] Result<void> seal_secrets(pqxx::work& transaction, crypto::Keyring const& keyring,
                                        EnvironmentId environment, WebhookId id, std::vector<Secret> const& secrets,
                                        RowValues& values);
[[nodiscard]] Result<std::vector<Secret>> open_secrets(pqxx::work& transaction, crypto::Keyring const& keyring,
                                                       pqxx::row const& row);

} // namespace sluice::store
