#include "core/event_rows.hpp"
#include "events/webhook.hpp"

#include "core/job_queue.hpp"
#include "core/rows.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

// Told to open pages as well (migrations/0034_live.sql).
constexpr char kInsert[] =
    "WITH made AS (INSERT INTO events (environment_id, id, type, integrated_account_id, payload) "
    "VALUES ($1, $2, $3, $4, $5::jsonb) RETURNING environment_id) "
    "SELECT tell_live(environment_id, split_part($3, ':', 1), $6) FROM made";
constexpr char kWanted[] = "SELECT id FROM webhooks WHERE environment_id = $1 AND is_active "
                           "AND (event_types = '[]' OR event_types ? $2) ORDER BY id";
constexpr char kDeliver[] = "INSERT INTO deliveries (environment_id, id, event_id, webhook_id, integrated_account_id) "
                            "VALUES ($1, $2, $3, $4, $5)";
constexpr char kLockQueue[] = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
// Searches the days in which a delivery may still wait: it is given up after one.
constexpr char kWaiting[] = "SELECT id FROM deliveries WHERE environment_id = $1 AND webhook_id = $2 "
                            "AND integrated_account_id = $3 AND status = 'pending' "
                            "AND id >= $4 AND id < $5 ORDER BY position LIMIT 1";
constexpr std::chrono::days kWaitsAtMost{3};

} // namespace

void record_event(pqxx::work& transaction, Timestamp now, EnvironmentId environment, std::string_view type,
                  std::optional<IntegratedAccountId> account, json::object const& payload)
{
    auto const event = uuid_v7(now);
    auto const account_id = account ? std::optional(sql_id(*account)) : std::nullopt;
    transaction.exec_params(kInsert, sql_id(environment), sql_id(event), std::string(type), account_id,
                            sql_json(payload), account ? std::optional(account->str()) : std::nullopt);
    for (auto const& webhook : transaction.exec_params(kWanted, sql_id(environment), std::string(type))) {
        auto const delivery = uuid_v7(now);
        auto const to = id_in<WebhookId>(webhook["id"]);
        bool const is_next = !account || !first_waiting(transaction, now, environment, to, *account);
        transaction.exec_params0(kDeliver, sql_id(environment), sql_id(delivery), sql_id(event), sql_id(to),
                                 account_id);
        if (is_next)
            schedule(transaction, events::kDeliveryJob, environment, delivery, now);
    }
}

std::optional<Uuid> first_waiting(pqxx::work& transaction, Timestamp now, EnvironmentId environment, WebhookId webhook,
                                  IntegratedAccountId account)
{
    // Whoever adds and whoever ends a delivery must see each other, or the queue would stand still.
    transaction.exec_params(kLockQueue, sql_id(webhook) + sql_id(account));
    auto const rows = transaction.exec_params(kWaiting, sql_id(environment), sql_id(webhook), sql_id(account),
                                              sql_first_id(now - kWaitsAtMost), sql_first_id(now + kWaitsAtMost));
    return rows.empty() ? std::nullopt : std::optional(uuid_in(rows[0]["id"]));
}

void record_account_event(pqxx::work& transaction, Timestamp now, accounts::Account const& account,
                          std::string_view what)
{
    auto const payload = what == "deleted" ? json::object{{"id", account.id.str()}} : accounts::event_payload(account);
    record_event(transaction, now, account.environment, std::string("integrated_account:").append(what), account.id,
                 payload);
}

} // namespace sluice::store
