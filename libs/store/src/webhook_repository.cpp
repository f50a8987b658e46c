#include "data_keys.hpp"
#include "event_rows.hpp"
#include "events/webhook.hpp"
#include "job_queue.hpp"
#include "list_sql.hpp"
#include "make_repositories.hpp"
#include "rows.hpp"

#include <fmt/format.h>

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace events;

#define SLUICE_COLUMNS                                                                                                 \
    "id, environment_id, target_url, event_types, is_active, (extract(epoch FROM created_at) * 1000000)::bigint, "     \
    "(extract(epoch FROM updated_at) * 1000000)::bigint, encode(sealed, 'hex'), data_key_version, "                    \
    "(extract(epoch FROM paused_until) * 1000000)::bigint"
constexpr char kInsert[] =
    "INSERT INTO webhooks (environment_id, id, target_url, event_types, is_active, sealed, data_key_version) "
    "SELECT $1, $2, $3, $4::jsonb, $5, decode($6, 'hex'), $7 "
    "WHERE (SELECT count(*) FROM webhooks WHERE environment_id = $1) < $8 RETURNING " SLUICE_COLUMNS;
constexpr char kFind[] = "SELECT " SLUICE_COLUMNS " FROM webhooks WHERE environment_id = $1 AND id = $2";
constexpr char kLock[] = "SELECT " SLUICE_COLUMNS " FROM webhooks WHERE environment_id = $1 AND id = $2 FOR UPDATE";
constexpr char kList[] = "SELECT " SLUICE_COLUMNS " FROM webhooks WHERE true";
// What the receiver did before the change is not held against it.
constexpr char kUpdate[] = "UPDATE webhooks SET target_url = $3, event_types = $4::jsonb, is_active = $5, "
                           "failures = 0, paused_until = NULL, "
                           "updated_at = now() WHERE environment_id = $1 AND id = $2 RETURNING " SLUICE_COLUMNS;
constexpr char kReseal[] = "UPDATE webhooks SET sealed = decode($3, 'hex'), data_key_version = $4, updated_at = now() "
                           "WHERE environment_id = $1 AND id = $2 RETURNING " SLUICE_COLUMNS;
constexpr char kDelete[] = "DELETE FROM webhooks WHERE environment_id = $1 AND id = $2 RETURNING id";
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
constexpr char kCountBetween[] = "SELECT count(*) FROM (SELECT " SLUICE_BETWEEN "LIMIT $6) most";
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
    "SELECT status, attempts, (extract(epoch FROM created_at) * 1000000)::bigint, event_id, webhook_id "
    "FROM deliveries WHERE environment_id = $1 AND id = $2";
constexpr char kLoadEvent[] =
    "SELECT id, type, payload, (extract(epoch FROM created_at) * 1000000)::bigint FROM events "
    "WHERE environment_id = $1 AND id = $2";
constexpr char kAttempt[] = "UPDATE deliveries SET attempts = attempts + 1, status = $3 "
                            "WHERE environment_id = $1 AND id = $2 AND status = 'pending' "
                            "RETURNING attempts, integrated_account_id";
constexpr char kWorks[] = "UPDATE webhooks SET failures = 0, paused_until = NULL "
                          "WHERE environment_id = $1 AND id = $2 AND (failures > 0 OR paused_until IS NOT NULL)";
constexpr char kFails[] = "UPDATE webhooks SET failures = failures + 1, is_active = is_active AND NOT $4, "
                          "paused_until = greatest(paused_until, to_timestamp($3::double precision / 1000000), "
                          "CASE WHEN failures + 1 >= $5::int THEN now() + least(interval '15 minutes', "
                          "interval '15 seconds' * power(2, least(failures + 1 - $5::int, 10))) END) "
                          "WHERE environment_id = $1 AND id = $2";
constexpr char kLogAttempt[] = "INSERT INTO delivery_attempts (environment_id, id, delivery_id, event_id, event_type, "
                               "webhook_id, attempt, status, "
                               "error, duration_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
constexpr char kLog[] =
    "SELECT id, event_id, event_type, webhook_id, delivery_id, attempt, status, error, duration_ms, "
    "(extract(epoch FROM created_at) * 1000000)::bigint FROM delivery_attempts WHERE true";

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

std::string place_of(WebhookId id)
{
    return "webhook:" + id.str() + ":secrets";
}

Webhook webhook_in(pqxx::row const& row)
{
    Webhook webhook;
    webhook.id = id_in<WebhookId>(row[0]);
    webhook.environment = id_in<EnvironmentId>(row[1]);
    webhook.target_url = row[2].c_str();
    webhook.event_types = json::texts_in(json_in(row[3]));
    webhook.is_active = row[4].as<bool>();
    webhook.created_at = time_in(row[5]);
    webhook.updated_at = time_in(row[6]);
    return webhook;
}

struct SealedTexts {
    std::string sealed;
    std::uint32_t key_version = 0;
};

Result<SealedTexts> seal_secrets(pqxx::work& transaction, crypto::Keyring const& keyring, EnvironmentId environment,
                                 WebhookId id, std::vector<Secret> const& secrets)
{
    auto const key = newest_data_key(transaction, keyring, environment);
    if (!key)
        return key.error();
    json::array texts;
    for (auto const& secret : secrets)
        texts.emplace_back(secret.reveal());
    return SealedTexts{sql_bytes(key->seal(place_of(id), boost::json::serialize(texts))), key->version()};
}

Result<std::vector<Secret>> open_secrets(pqxx::work& transaction, crypto::Keyring const& keyring, pqxx::row const& row)
{
    auto const key = data_key(transaction, keyring, id_in<EnvironmentId>(row[1]), row[8].as<std::uint32_t>());
    if (!key)
        return key.error();
    auto const opened = key->open(place_of(id_in<WebhookId>(row[0])), bytes_in(row[7]));
    if (!opened)
        return opened.error();
    std::vector<Secret> secrets;
    auto const texts = json::parse(opened->reveal());
    if (texts && texts->is_array())
        for (auto const& text : texts->get_array())
            secrets.emplace_back(std::string(text.get_string()));
    return secrets;
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

AttemptEntry entry_in(pqxx::row const& row)
{
    AttemptEntry entry;
    entry.id = id_in<LogEntryId>(row[0]);
    entry.event = id_in<EventId>(row[1]);
    entry.event_type = row[2].c_str();
    entry.webhook = id_in<WebhookId>(row[3]);
    entry.delivery = id_in<DeliveryId>(row[4]);
    entry.attempt = row[5].as<int>();
    if (!row[6].is_null())
        entry.status = row[6].as<int>();
    entry.error = text_in(row[7]);
    entry.duration = std::chrono::milliseconds(row[8].as<int>());
    entry.created_at = time_in(row[9]);
    return entry;
}

class PgWebhooks final : public WebhookRepository {
public:
    explicit PgWebhooks(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<Webhook>> create(Webhook webhook, Secret secret, Deadline deadline) override
    {
        auto const environment = webhook.environment;
        webhook.id = WebhookId{uuid_v7(backend_.clock.now())};
        return row_of(environment, deadline,
                      [webhook = std::move(webhook), secret = std::move(secret),
                       &keyring = backend_.keyring](pqxx::work& transaction) -> Result<Webhook> {
                          auto const sealed =
                              seal_secrets(transaction, keyring, webhook.environment, webhook.id, {secret});
                          if (!sealed)
                              return sealed.error();
                          auto const made = transaction.exec_params(
                              kInsert, sql_id(webhook.environment), sql_id(webhook.id), webhook.target_url,
                              sql_json(json::array_of(webhook.event_types)), webhook.is_active, sealed->sealed,
                              sealed->key_version, kMostPerEnvironment);
                          if (made.empty())
                              return Error{ErrorCode::conflict, fmt::format("There are {} webhooks already; delete one "
                                                                            "first.",
                                                                            kMostPerEnvironment)};
                          return webhook_in(made[0]);
                      });
    }

    Task<Result<Webhook>> find(EnvironmentId environment, WebhookId id, Deadline deadline) override
    {
        return row_of(environment, deadline, [environment, id](pqxx::work& transaction) -> Result<Webhook> {
            return one(transaction.exec_params(kFind, sql_id(environment), sql_id(id)));
        });
    }

    Task<Result<tenancy::Page<Webhook>>> list(EnvironmentId environment, tenancy::ListQuery list,
                                              Deadline deadline) override
    {
        return page_with<Webhook>(environment, kList, kFields, std::move(list), webhook_in, deadline);
    }

    Task<Result<Webhook>> update(Webhook webhook, Deadline deadline) override
    {
        auto const environment = webhook.environment;
        return row_of(
            environment, deadline, [webhook = std::move(webhook)](pqxx::work& transaction) -> Result<Webhook> {
                return one(transaction.exec_params(kUpdate, sql_id(webhook.environment), sql_id(webhook.id),
                                                   webhook.target_url, sql_json(json::array_of(webhook.event_types)),
                                                   webhook.is_active));
            });
    }

    Task<Result<Webhook>> rotate_secret(EnvironmentId environment, WebhookId id, Secret secret,
                                        Deadline deadline) override
    {
        return row_of(
            environment, deadline,
            [=, secret = std::move(secret), &keyring = backend_.keyring](pqxx::work& transaction) -> Result<Webhook> {
                auto const rows = transaction.exec_params(kLock, sql_id(environment), sql_id(id));
                if (rows.empty())
                    return not_found("webhook");
                auto old = open_secrets(transaction, keyring, rows[0]);
                if (!old)
                    return old.error();
                std::vector<Secret> secrets{secret};
                if (!old->empty())
                    secrets.push_back(std::move(old->front()));
                auto const sealed = seal_secrets(transaction, keyring, environment, id, secrets);
                if (!sealed)
                    return sealed.error();
                return one(transaction.exec_params(kReseal, sql_id(environment), sql_id(id), sealed->sealed,
                                                   sealed->key_version));
            });
    }

    Task<Result<void>> remove(EnvironmentId environment, WebhookId id, Deadline deadline) override
    {
        pg::Query<bool> query = [environment, id](pqxx::work& transaction) -> Result<bool> {
            if (transaction.exec_params(kDelete, sql_id(environment), sql_id(id)).empty())
                return not_found("webhook");
            return true;
        };
        co_return without_value(co_await backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

    Task<Result<EventId>> send_test(EnvironmentId environment, WebhookId id, Deadline deadline) override
    {
        pg::Query<EventId> query = [environment, id,
                                    now = backend_.clock.now()](pqxx::work& transaction) -> Result<EventId> {
            if (transaction.exec_params(kFind, sql_id(environment), sql_id(id)).empty())
                return not_found("webhook");
            EventId const event{uuid_v7(now)};
            transaction.exec_params0(kInsertEvent, sql_id(environment), sql_id(event),
                                     sql_json(json::object{{"message", "This is a test."}}));
            add_delivery(transaction, now, environment, sql_id(event), id);
            return event;
        };
        co_return co_await backend_.pool.transact<EventId>(environment, deadline, std::move(query));
    }

    Task<Result<std::size_t>> replay(EnvironmentId environment, WebhookId id, Replay replay, Deadline deadline) override
    {
        pg::Query<std::size_t> query = [=, now = backend_.clock.now()](pqxx::work& transaction) -> Result<std::size_t> {
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
            auto const count =
                transaction
                    .exec_params1(kCountBetween, sql_id(environment), from, to, from_id, to_id, kMostReplayed + 1)[0]
                    .as<std::size_t>();
            if (count > kMostReplayed)
                return invalid("from", fmt::format("spans more than {} events: replay a shorter time", kMostReplayed));
            tell_of_jobs(transaction, events::kDeliveryJob);
            return static_cast<std::size_t>(transaction
                                                .exec_params(kDeliverBetween, sql_id(environment), from, to, from_id,
                                                             to_id, sql_id(id), kPartitions, sql_time(now))
                                                .affected_rows());
        };
        co_return co_await backend_.pool.transact<std::size_t>(environment, deadline, std::move(query));
    }

    Task<Result<DeliveryState>> load_delivery(EnvironmentId environment, DeliveryId id, Deadline deadline) override
    {
        pg::Query<DeliveryState> query = [=, &keyring =
                                                 backend_.keyring](pqxx::work& transaction) -> Result<DeliveryState> {
            auto const rows = transaction.exec_params(kLoad, sql_id(environment), sql_id(id));
            if (rows.empty())
                return not_found("delivery");
            auto const row = rows[0];
            auto const found = transaction.exec_params(kLoadEvent, sql_id(environment), std::string(row[3].c_str()));
            if (found.empty())
                return not_found("event");
            auto const event = found[0];
            auto const webhooks = transaction.exec_params(kFind, sql_id(environment), std::string(row[4].c_str()));
            if (webhooks.empty())
                return not_found("webhook");
            auto const webhook = webhooks[0];
            auto secrets = open_secrets(transaction, keyring, webhook);
            if (!secrets)
                return secrets.error();
            DeliveryState state;
            state.id = id;
            std::string const status = row[0].c_str();
            state.status = status == "pending" ? DeliveryStatus::pending
                                               : (status == "dead" ? DeliveryStatus::dead : DeliveryStatus::delivered);
            state.attempts = row[1].as<int>();
            state.created_at = time_in(row[2]);
            state.event = {id_in<EventId>(event[0]), environment, event[1].c_str(), json_in(event[2]),
                           time_in(event[3])};
            state.webhook = webhook_in(webhook);
            state.secrets = *std::move(secrets);
            state.paused_until = optional_time_in(webhook[9]);
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
            auto const error = attempt.error.empty() ? std::nullopt : std::optional(attempt.error);
            transaction.exec_params0(kLogAttempt, sql_id(environment), sql_id(uuid_v7(now)), sql_id(delivery.id),
                                     sql_id(delivery.event.id), delivery.event.type, sql_id(delivery.webhook.id),
                                     made[0][0].as<int>(), attempt.status, error,
                                     static_cast<int>(attempt.duration.count()));
            if (attempt.outcome == DeliveryStatus::delivered)
                transaction.exec_params0(kWorks, sql_id(environment), sql_id(delivery.webhook.id));
            else if (attempt.is_made)
                transaction.exec_params0(kFails, sql_id(environment), sql_id(delivery.webhook.id),
                                         sql_time(attempt.not_before), attempt.is_gone, kFailuresUntilPause);
            if (attempt.next) {
                schedule(transaction, events::kDeliveryJob, environment, delivery.id.uuid(), *attempt.next);
                return true;
            }
            unschedule(transaction, events::kDeliveryJob, environment, delivery.id.uuid());
            if (made[0][1].is_null())
                return true;
            auto const account = id_in<IntegratedAccountId>(made[0][1]);
            if (auto const next = first_waiting(transaction, now, environment, delivery.webhook.id, account))
                schedule(transaction, events::kDeliveryJob, environment, *next, now);
            return true;
        };
        co_return without_value(co_await backend_.pool.transact<bool>(environment, deadline, std::move(query)));
    }

    Task<Result<tenancy::Page<AttemptEntry>>> log(EnvironmentId environment, tenancy::ListQuery list,
                                                  Deadline deadline) override
    {
        return page_with<AttemptEntry>(environment, kLog, kLogFields, std::move(list), entry_in, deadline);
    }

private:
    static Result<Webhook> one(pqxx::result const& rows)
    {
        if (rows.empty())
            return not_found("webhook");
        return webhook_in(rows[0]);
    }

    static Result<void> without_value(Result<bool> const& result)
    {
        return result ? Result<void>{} : Result<void>(result.error());
    }

    Task<Result<Webhook>> row_of(EnvironmentId environment, Deadline deadline, pg::Query<Webhook> query)
    {
        co_return co_await backend_.pool.transact<Webhook>(environment, deadline, std::move(query));
    }

    template <class T, class Read>
    Task<Result<tenancy::Page<T>>> page_with(EnvironmentId environment, std::string_view select,
                                             std::span<ListField const> fields, tenancy::ListQuery list, Read read,
                                             Deadline deadline)
    {
        using ListPage = tenancy::Page<T>;
        pg::Query<ListPage> query = [=, list = std::move(list)](pqxx::work& transaction) -> Result<ListPage> {
            auto const rows = run_list(transaction, select, "id", fields, list);
            if (!rows)
                return rows.error();
            std::vector<T> items;
            for (auto const& row : *rows)
                items.push_back(read(row));
            return page_of(std::move(items), list);
        };
        co_return co_await backend_.pool.transact<ListPage>(environment, deadline, std::move(query));
    }

    Backend const backend_;
};

} // namespace

std::unique_ptr<events::WebhookRepository> make_webhooks(Backend const& backend)
{
    return std::make_unique<PgWebhooks>(backend);
}

} // namespace sluice::store
