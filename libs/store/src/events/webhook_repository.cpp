#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/event_rows.hpp"
#include "core/job_queue.hpp"
#include "core/queries.hpp"
#include "core/quota_rows.hpp"
#include "core/rows.hpp"
#include "events/webhook_rows.hpp"
#include "make_repositories.hpp"

#include <fmt/format.h>

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace events;

#define SLUICE_COLUMNS SLUICE_WEBHOOK_COLUMNS
// Of webhooks only: destinations have a repository of their own.
#define SLUICE_ONE "environment_id = $1 AND id = $2 AND kind = 'webhook'"
constexpr char kInsert[] = "INSERT INTO webhooks (environment_id, id, {columns}) VALUES ($1, $2, {values}) "
                           "RETURNING " SLUICE_COLUMNS;
constexpr char kFind[] = "SELECT " SLUICE_COLUMNS " FROM webhooks WHERE " SLUICE_ONE;
constexpr char kFindReceiver[] = "SELECT " SLUICE_COLUMNS " FROM webhooks WHERE environment_id = $1 AND id = $2";
constexpr char kLock[] = "SELECT " SLUICE_COLUMNS " FROM webhooks WHERE " SLUICE_ONE " FOR UPDATE";
constexpr char kList[] = "SELECT " SLUICE_COLUMNS " FROM webhooks WHERE kind = 'webhook'";
// What the receiver did before the change is not held against it.
constexpr char kUpdate[] = "UPDATE webhooks SET {assignments}, failures = 0, paused_until = NULL, "
                           "last_failure = NULL, updated_at = now() WHERE " SLUICE_ONE " RETURNING " SLUICE_COLUMNS;
constexpr char kReseal[] =
    "UPDATE webhooks SET {assignments}, updated_at = now() WHERE " SLUICE_ONE " RETURNING " SLUICE_COLUMNS;
constexpr char kDelete[] = "DELETE FROM webhooks WHERE " SLUICE_ONE " RETURNING " SLUICE_COLUMNS;
#undef SLUICE_ONE
#undef SLUICE_COLUMNS
constexpr char kInsertEvent[] =
    "INSERT INTO events (environment_id, id, type, payload) VALUES ($1, $2, 'test', $3::jsonb)";
constexpr char kInsertDelivery[] =
    "INSERT INTO deliveries (environment_id, id, event_id, webhook_id) VALUES ($1, $2, $3, $4)";
constexpr char kFindEvent[] = "SELECT id FROM events WHERE environment_id = $1 AND id = $2";
#define SLUICE_BETWEEN                                                                                                 \
    "FROM events WHERE environment_id = $1 AND created_at >= to_timestamp($2::double precision / 1000000) "            \
    "AND created_at < to_timestamp($3::double precision / 1000000) "                                                   \
    "AND id >= $4 AND id < $5 "
/// An id is made a moment before its row, by another clock.
constexpr std::chrono::hours kClocksDiffer{1};
constexpr char kCountBetween[] = "SELECT count(*) AS count FROM (SELECT " SLUICE_BETWEEN "LIMIT $6) most";
// One statement for all, however many they are. The jobs are those of `schedule`.
constexpr char kDeliverBetween[] =
    "WITH made AS (INSERT INTO deliveries (environment_id, id, event_id, webhook_id) "
    "SELECT $1, new_id(to_timestamp($8::double precision / 1000000)), id, $6 "
    "FROM (SELECT id " SLUICE_BETWEEN "ORDER BY id) e RETURNING id) "
    "INSERT INTO jobs (partition, kind, environment_id, id, due) "
    "SELECT get_byte(uuid_send(id), 15) % $7, 'delivery', $1, id, to_timestamp($8::double precision / 1000000) "
    "FROM made";
#undef SLUICE_BETWEEN
// Two queries instead of a join: each knows from the id which day it has to look into.
constexpr char kLoad[] =
    "SELECT status, attempts, event_id, webhook_id, (extract(epoch FROM created_at) * 1000000)::bigint AS created_at "
    "FROM deliveries WHERE environment_id = $1 AND id = $2";
constexpr char kLoadEvent[] =
    "SELECT id, type, payload, (extract(epoch FROM created_at) * 1000000)::bigint AS created_at FROM events "
    "WHERE environment_id = $1 AND id = $2";
constexpr char kAttempt[] = "UPDATE deliveries SET attempts = attempts + 1, status = $3 "
                            "WHERE environment_id = $1 AND id = $2 AND status = 'pending' "
                            "RETURNING attempts, integrated_account_id, tell_live(environment_id, 'delivery', NULL)";
constexpr char kFails[] = "UPDATE webhooks SET failures = failures + 1, is_active = is_active AND NOT $4, "
                          "paused_until = greatest(paused_until, to_timestamp($3::double precision / 1000000), "
                          "CASE WHEN failures + 1 >= $5::int THEN now() + least(interval '15 minutes', "
                          "interval '15 seconds' * power(2, least(failures + 1 - $5::int, 10))) END), "
                          "last_failure = $6::jsonb WHERE environment_id = $1 AND id = $2";
constexpr char kLogAttempt[] =
    "INSERT INTO delivery_attempts (environment_id, id, {columns}) VALUES ($1, $2, {values})";
constexpr char kLog[] = "SELECT " SLUICE_ATTEMPT_COLUMNS " FROM delivery_attempts WHERE kind = 'webhook'";

constexpr ListField kFields[] = {
    {"target_url", "target_url", ListField::Kind::text},
    {"is_active", "is_active", ListField::Kind::flag},
    {"created_at", "created_at", ListField::Kind::time},
    {"updated_at", "updated_at", ListField::Kind::time},
};
constexpr ListField kLogFields[] = {
    {"created_at", "created_at", ListField::Kind::time},
    {"webhook_id", "webhook_id", ListField::Kind::id, "wh"},
    {"event_id", "event_id", ListField::Kind::id, "evt"},
    {"event", "event_type", ListField::Kind::text},
};

RowValues values_of(Webhook const& webhook)
{
    return RowValues()
        .text("target_url", webhook.target_url)
        .json("event_types", json::array_of(webhook.event_types))
        .flag("is_active", webhook.is_active);
}

void add_delivery(pqxx::work& transaction, Timestamp now, EnvironmentId environment, std::string const& event,
                  WebhookId webhook)
{
    auto const id = uuid_v7(now);
    transaction.exec_params0(kInsertDelivery, sql_id(environment), sql_id(id), event, sql_id(webhook));
    schedule(transaction, events::kDeliveryJob, environment, id, now);
}

std::string name_of(DeliveryStatus status)
{
    return status == DeliveryStatus::pending ? "pending" : (status == DeliveryStatus::dead ? "dead" : "delivered");
}

/// Why the last attempt failed, as a destination shows it.
json::object failure_of(Attempt const& attempt, Timestamp now)
{
    json::object failure{{"error", attempt.error}, {"occurred_at", to_rfc3339(now)}};
    failure["status"] = attempt.status ? json::value(*attempt.status) : json::value(nullptr);
    return failure;
}

/// One line of the log: the attempt with this number.
RowValues values_of(DeliveryState const& delivery, Attempt const& attempt, int number)
{
    return RowValues()
        .id("delivery_id", delivery.id)
        .id("event_id", delivery.event.id)
        .text("event_type", delivery.event.type)
        .text("kind", std::string(name_of(delivery.webhook.kind)))
        .id("webhook_id", delivery.webhook.id)
        .number("attempt", number)
        .number("status", attempt.status)
        .text("error", attempt.error.empty() ? std::nullopt : std::optional(attempt.error))
        .number("duration_ms", attempt.duration.count());
}

/// As `WebhookRepository::replay`.
Result<std::size_t> replay_in(pqxx::work& transaction, Timestamp now, EnvironmentId environment, WebhookId id,
                              Replay const& replay)
{
    if (transaction.exec_params(kFind, sql_id(environment), sql_id(id)).empty())
        return not_found("webhook");
    if (replay.event) {
        if (transaction.exec_params(kFindEvent, sql_id(environment), sql_id(*replay.event)).empty())
            return not_found("event");
        add_delivery(transaction, now, environment, sql_id(*replay.event), id);
        return std::size_t{1};
    }
    auto const first = replay.from.value_or(Timestamp{});
    auto const last = replay.to.value_or(now);
    auto const from = sql_time(first);
    auto const to = sql_time(last);
    auto const from_id = sql_first_id(first - kClocksDiffer);
    auto const to_id = sql_first_id(last + kClocksDiffer);
    constexpr int kMost = WebhookRepository::kMostReplayed;
    auto const count =
        transaction.exec_params1(kCountBetween, sql_id(environment), from, to, from_id, to_id, kMost + 1)["count"]
            .as<std::size_t>();
    if (count > kMost)
        return invalid("from", fmt::format("spans more than {} events: replay a shorter time", kMost));
    tell_of_jobs(transaction, events::kDeliveryJob);
    return static_cast<std::size_t>(transaction
                                        .exec_params(kDeliverBetween, sql_id(environment), from, to, from_id, to_id,
                                                     sql_id(id), kPartitions, sql_time(now))
                                        .affected_rows());
}

class PgWebhooks final : public WebhookRepository {
public:
    explicit PgWebhooks(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<Webhook>> create(Webhook webhook, Secret secret, tenancy::Author author, Deadline deadline) override
    {
        auto const environment = webhook.environment;
        webhook.id = WebhookId{uuid_v7(backend_.clock.now())};
        ChangingQuery<Webhook> query = [webhook = std::move(webhook), secret = std::move(secret), &backend = backend_](
                                           pqxx::work& transaction, Changes& changes) -> Result<Webhook> {
            auto const in = webhook.environment;
            auto values = values_of(webhook);
            auto const sealed = seal_secrets(transaction, backend.keyring, in, webhook.id, {secret}, values);
            if (!sealed)
                return sealed.error();
            auto const made = write_row(transaction, kInsert, {sql_id(in), sql_id(webhook.id)}, values);
            auto const admitted = check_quota(transaction, backend, in, tenancy::Quota::webhooks);
            if (!admitted)
                return admitted.error();
            changes.audit({"webhook.create", webhook.id.str(), std::nullopt, audited(webhook)});
            return webhook_in(made[0]);
        };
        co_return co_await transact_change<Webhook>(backend_, environment, std::move(author), deadline,
                                                    std::move(query));
    }

    Task<Result<Webhook>> find(EnvironmentId environment, WebhookId id, Deadline deadline) override
    {
        return find_row<Webhook>(backend_.pool, environment, id, {kFind, "webhook"}, webhook_in, deadline);
    }

    Task<Result<tenancy::Page<Webhook>>> list(EnvironmentId environment, tenancy::ListQuery list,
                                              Deadline deadline) override
    {
        return list_rows<Webhook>(backend_.pool, environment, {kList, "id", kFields}, std::move(list), webhook_in,
                                  deadline);
    }

    Task<Result<Webhook>> update(Webhook webhook, tenancy::Author author, Deadline deadline) override
    {
        auto const environment = webhook.environment;
        ChangingQuery<Webhook> query = [webhook = std::move(webhook)](pqxx::work& transaction,
                                                                      Changes& changes) -> Result<Webhook> {
            auto const old = one(transaction.exec_params(kLock, sql_id(webhook.environment), sql_id(webhook.id)));
            if (!old)
                return old.error();
            auto changed = webhook_in(write_row(transaction, kUpdate, {sql_id(webhook.environment), sql_id(webhook.id)},
                                                values_of(webhook))[0]);
            changes.audit(tenancy::difference("webhook.update", webhook.id.str(), audited(*old), audited(changed)));
            return changed;
        };
        co_return co_await transact_change<Webhook>(backend_, environment, std::move(author), deadline,
                                                    std::move(query));
    }

    Task<Result<Webhook>> rotate_secret(EnvironmentId environment, WebhookId id, Secret secret, tenancy::Author author,
                                        Deadline deadline) override
    {
        ChangingQuery<Webhook> query = [=, secret = std::move(secret), &keyring = backend_.keyring](
                                           pqxx::work& transaction, Changes& changes) -> Result<Webhook> {
            auto const rows = transaction.exec_params(kLock, sql_id(environment), sql_id(id));
            if (rows.empty())
                return not_found("webhook");
            auto old = open_secrets(transaction, keyring, rows[0]);
            if (!old)
                return old.error();
            std::vector<Secret> secrets{secret};
            if (!old->empty())
                secrets.push_back(std::move(old->front()));
            RowValues values;
            if (auto const sealed = seal_secrets(transaction, keyring, environment, id, secrets, values); !sealed)
                return sealed.error();
            changes.audit({"webhook.rotate_secret", id.str()});
            return one(write_row(transaction, kReseal, {sql_id(environment), sql_id(id)}, values));
        };
        co_return co_await transact_change<Webhook>(backend_, environment, std::move(author), deadline,
                                                    std::move(query));
    }

    Task<Result<void>> remove(EnvironmentId environment, WebhookId id, tenancy::Author author,
                              Deadline deadline) override
    {
        ChangingQuery<bool> query = [environment, id](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            auto const gone = one(transaction.exec_params(kDelete, sql_id(environment), sql_id(id)));
            if (!gone)
                return gone.error();
            changes.audit({"webhook.delete", id.str(), audited(*gone), std::nullopt});
            return true;
        };
        return without_value(
            transact_change<bool>(backend_, environment, std::move(author), deadline, std::move(query)));
    }

    Task<Result<EventId>> send_test(EnvironmentId environment, WebhookId id, tenancy::Author author,
                                    Deadline deadline) override
    {
        ChangingQuery<EventId> query = [environment, id, now = backend_.clock.now()](
                                           pqxx::work& transaction, Changes& changes) -> Result<EventId> {
            if (transaction.exec_params(kFind, sql_id(environment), sql_id(id)).empty())
                return not_found("webhook");
            EventId const event{uuid_v7(now)};
            transaction.exec_params0(kInsertEvent, sql_id(environment), sql_id(event),
                                     sql_json(json::object{{"message", "This is a test."}}));
            add_delivery(transaction, now, environment, sql_id(event), id);
            changes.audit({"webhook.test", id.str(), std::nullopt, json::object{{"event_id", event.str()}}});
            return event;
        };
        co_return co_await transact_change<EventId>(backend_, environment, std::move(author), deadline,
                                                    std::move(query));
    }

    Task<Result<std::size_t>> replay(EnvironmentId environment, WebhookId id, Replay replay, tenancy::Author author,
                                     Deadline deadline) override
    {
        ChangingQuery<std::size_t> query = [=, now = backend_.clock.now()](pqxx::work& transaction,
                                                                           Changes& changes) -> Result<std::size_t> {
            auto const count = replay_in(transaction, now, environment, id, replay);
            if (count)
                changes.audit({"webhook.replay", id.str(), std::nullopt,
                               json::object{{"event_id", id_or_null(replay.event)},
                                            {"from", time_or_null(replay.from)},
                                            {"to", time_or_null(replay.to)},
                                            {"deliveries", *count}}});
            return count;
        };
        co_return co_await transact_change<std::size_t>(backend_, environment, std::move(author), deadline,
                                                        std::move(query));
    }

    Task<Result<DeliveryState>> load_delivery(EnvironmentId environment, DeliveryId id, Deadline deadline) override
    {
        pg::Query<DeliveryState> query = [=, &keyring =
                                                 backend_.keyring](pqxx::work& transaction) -> Result<DeliveryState> {
            auto const rows = transaction.exec_params(kLoad, sql_id(environment), sql_id(id));
            if (rows.empty())
                return not_found("delivery");
            auto const row = rows[0];
            auto const found =
                transaction.exec_params(kLoadEvent, sql_id(environment), std::string(row["event_id"].c_str()));
            if (found.empty())
                return not_found("event");
            auto const event = found[0];
            auto const webhooks =
                transaction.exec_params(kFindReceiver, sql_id(environment), std::string(row["webhook_id"].c_str()));
            if (webhooks.empty())
                return not_found("webhook");
            auto const webhook = webhooks[0];
            auto secrets = open_secrets(transaction, keyring, webhook);
            if (!secrets)
                return secrets.error();
            DeliveryState state;
            state.id = id;
            std::string const status = row["status"].c_str();
            state.status = status == "pending" ? DeliveryStatus::pending
                                               : (status == "dead" ? DeliveryStatus::dead : DeliveryStatus::delivered);
            state.attempts = row["attempts"].as<int>();
            state.created_at = time_in(row["created_at"]);
            state.event = {id_in<EventId>(event["id"]), environment, event["type"].c_str(), json_in(event["payload"]),
                           time_in(event["created_at"])};
            state.webhook = webhook_in(webhook);
            state.secrets = *std::move(secrets);
            state.paused_until = optional_time_in(webhook["paused_until"]);
            return state;
        };
        co_return co_await backend_.pool.transact<DeliveryState>(environment, deadline, std::move(query));
    }

    Task<Result<void>> record_attempt(DeliveryState delivery, Attempt attempt, Deadline deadline) override
    {
        auto const environment = delivery.webhook.environment;
        pg::Query<bool> query = [=, now = backend_.clock.now()](pqxx::work& transaction) -> Result<bool> {
            auto const made =
                transaction.exec_params(kAttempt, sql_id(environment), sql_id(delivery.id), name_of(attempt.outcome));
            if (made.empty())
                return true; // Deleted meanwhile, or another worker was quicker.
            write_row(transaction, kLogAttempt, {sql_id(environment), sql_id(uuid_v7(now))},
                      values_of(delivery, attempt, made[0]["attempts"].as<int>()));
            if (attempt.outcome == DeliveryStatus::delivered)
                transaction.exec_params0(kReceiverWorks, sql_id(environment), sql_id(delivery.webhook.id));
            else if (attempt.is_made)
                transaction.exec_params0(kFails, sql_id(environment), sql_id(delivery.webhook.id),
                                         sql_time(attempt.not_before), attempt.is_gone, kFailuresUntilPause,
                                         sql_json(failure_of(attempt, now)));
            if (attempt.next) {
                schedule(transaction, events::kDeliveryJob, environment, delivery.id.uuid(), *attempt.next);
                return true;
            }
            unschedule(transaction, events::kDeliveryJob, environment, delivery.id.uuid());
            auto const account = optional_id_in<IntegratedAccountId>(made[0]["integrated_account_id"]);
            if (!account)
                return true;
            if (auto const next = first_waiting(transaction, now, environment, delivery.webhook.id, *account))
                schedule(transaction, events::kDeliveryJob, environment, *next, now);
            return true;
        };
        return without_value(backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

    Task<Result<tenancy::Page<AttemptEntry>>> log(EnvironmentId environment, tenancy::ListQuery list,
                                                  Deadline deadline) override
    {
        return list_rows<AttemptEntry>(backend_.pool, environment, {kLog, "id", kLogFields}, std::move(list),
                                       attempt_in, deadline);
    }

private:
    static Result<Webhook> one(pqxx::result const& rows) { return only_row<Webhook>(rows, "webhook", webhook_in); }

    Backend const backend_;
};

} // namespace

std::unique_ptr<events::WebhookRepository> make_webhooks(Backend const& backend)
{
    return std::make_unique<PgWebhooks>(backend);
}

} // namespace sluice::store
