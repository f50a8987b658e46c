#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/queries.hpp"
#include "core/quota_rows.hpp"
#include "core/rows.hpp"
#include "events/destination.hpp"
#include "events/webhook_rows.hpp"
#include "make_repositories.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace events;

#define SLUICE_COLUMNS SLUICE_WEBHOOK_COLUMNS
#define SLUICE_ONE "environment_id = $1 AND id = $2 AND kind <> 'webhook'"
constexpr char kInsert[] = "INSERT INTO webhooks (environment_id, id, {columns}) VALUES ($1, $2, {values}) "
                           "RETURNING " SLUICE_COLUMNS;
constexpr char kFind[] = "SELECT " SLUICE_COLUMNS " FROM webhooks WHERE " SLUICE_ONE;
constexpr char kLock[] = "SELECT " SLUICE_COLUMNS " FROM webhooks WHERE " SLUICE_ONE " FOR UPDATE";
constexpr char kList[] = "SELECT " SLUICE_COLUMNS " FROM webhooks WHERE kind <> 'webhook'";
// What the receiver did before the change is not held against it.
constexpr char kUpdate[] = "UPDATE webhooks SET {assignments}, failures = 0, paused_until = NULL, "
                           "last_failure = NULL, updated_at = now() WHERE " SLUICE_ONE " RETURNING " SLUICE_COLUMNS;
constexpr char kDelete[] = "DELETE FROM webhooks WHERE " SLUICE_ONE " RETURNING " SLUICE_COLUMNS;
#undef SLUICE_ONE
#undef SLUICE_COLUMNS
constexpr char kLog[] = "SELECT " SLUICE_ATTEMPT_COLUMNS " FROM delivery_attempts WHERE kind <> 'webhook'";

constexpr std::string_view kWhat = "notification destination";

constexpr ListField kFields[] = {
    {"type", "kind", ListField::Kind::text},
    {"label", "label", ListField::Kind::text},
    {"is_active", "is_active", ListField::Kind::flag},
    {"created_at", "created_at", ListField::Kind::time},
    {"updated_at", "updated_at", ListField::Kind::time},
};
constexpr ListField kLogFields[] = {
    {"created_at", "created_at", ListField::Kind::time},
    {"notification_destination_id", "webhook_id", ListField::Kind::id, "dest"},
    {"event_id", "event_id", ListField::Kind::id, "evt"},
    {"event", "event_type", ListField::Kind::text},
};

std::optional<LastFailure> failure_in(pqxx::field const& field)
{
    if (field.is_null())
        return std::nullopt;
    auto const written = object_in(field);
    LastFailure failure;
    if (auto const* status = written.if_contains("status"); status != nullptr && status->is_int64())
        failure.status = static_cast<int>(status->get_int64());
    if (auto const* error = json::string_at(written, "error"))
        failure.error = *error;
    if (auto const* at = json::string_at(written, "occurred_at"))
        failure.occurred_at = parse_timestamp(*at).value_or(Timestamp{});
    return failure;
}

Destination destination_in(pqxx::row const& row)
{
    auto webhook = webhook_in(row);
    Destination destination;
    destination.id = NotificationDestinationId{webhook.id.uuid()};
    destination.environment = webhook.environment;
    destination.kind = webhook.kind;
    destination.label = row["label"].c_str();
    destination.masked_url = std::move(webhook.target_url);
    destination.event_types = std::move(webhook.event_types);
    destination.is_active = webhook.is_active;
    destination.last_failure = failure_in(row["last_failure"]);
    destination.created_at = webhook.created_at;
    destination.updated_at = webhook.updated_at;
    return destination;
}

/// What the audit log has of it: the members that the API shows, with the masked URL.
json::object audited(Destination const& destination)
{
    return {{"type", name_of(destination.kind)},
            {"label", destination.label},
            {"config", json::object{{"url", destination.masked_url}}},
            {"event_types", json::array_of(destination.event_types)},
            {"is_active", destination.is_active}};
}

RowValues values_of(Destination const& destination)
{
    return RowValues()
        .text("kind", std::string(name_of(destination.kind)))
        .text("label", destination.label)
        .text("target_url", destination.masked_url)
        .json("event_types", json::array_of(destination.event_types))
        .flag("is_active", destination.is_active);
}

/// Its row is that of a webhook, so its secret is sealed for that place.
WebhookId webhook_of(NotificationDestinationId id)
{
    return WebhookId{id.uuid()};
}

class PgDestinations final : public DestinationRepository {
public:
    explicit PgDestinations(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<Destination>> create(Destination destination, Secret url, tenancy::Author author,
                                     Deadline deadline) override
    {
        auto const environment = destination.environment;
        destination.id = NotificationDestinationId{uuid_v7(backend_.clock.now())};
        ChangingQuery<Destination> query = [destination = std::move(destination), url = std::move(url),
                                            &backend = backend_](pqxx::work& transaction,
                                                                 Changes& changes) -> Result<Destination> {
            auto const in = destination.environment;
            auto values = values_of(destination);
            auto const sealed =
                seal_secrets(transaction, backend.keyring, in, webhook_of(destination.id), {url}, values);
            if (!sealed)
                return sealed.error();
            auto const made = write_row(transaction, kInsert, {sql_id(in), sql_id(destination.id)}, values);
            auto const admitted = check_quota(transaction, backend, in, tenancy::Quota::notification_destinations);
            if (!admitted)
                return admitted.error();
            changes.audit(
                {"notification_destination.create", destination.id.str(), std::nullopt, audited(destination)});
            return destination_in(made[0]);
        };
        co_return co_await transact_change<Destination>(backend_, environment, std::move(author), deadline,
                                                        std::move(query));
    }

    Task<Result<Destination>> find(EnvironmentId environment, NotificationDestinationId id, Deadline deadline) override
    {
        return find_row<Destination>(backend_.pool, environment, id, {kFind, kWhat}, destination_in, deadline);
    }

    Task<Result<tenancy::Page<Destination>>> list(EnvironmentId environment, tenancy::ListQuery list,
                                                  Deadline deadline) override
    {
        return list_rows<Destination>(backend_.pool, environment, {kList, "id", kFields}, std::move(list),
                                      destination_in, deadline);
    }

    Task<Result<Destination>> update(Destination destination, std::optional<Secret> url, tenancy::Author author,
                                     Deadline deadline) override
    {
        auto const environment = destination.environment;
        ChangingQuery<Destination> query = [destination = std::move(destination), url = std::move(url),
                                            &keyring = backend_.keyring](pqxx::work& transaction,
                                                                         Changes& changes) -> Result<Destination> {
            auto const in = destination.environment;
            auto const id = destination.id;
            auto const old = transaction.exec_params(kLock, sql_id(in), sql_id(id));
            if (old.empty())
                return not_found(kWhat);
            auto values = values_of(destination);
            if (url)
                if (auto const sealed = seal_secrets(transaction, keyring, in, webhook_of(id), {*url}, values); !sealed)
                    return sealed.error();
            auto changed = destination_in(write_row(transaction, kUpdate, {sql_id(in), sql_id(id)}, values)[0]);
            auto told = tenancy::difference("notification_destination.update", id.str(),
                                            audited(destination_in(old[0])), audited(changed));
            if (url) // Two URLs may look alike when they are masked.
                (*told.after)["new_secrets"] = json::array{"config.url"};
            changes.audit(told);
            return changed;
        };
        co_return co_await transact_change<Destination>(backend_, environment, std::move(author), deadline,
                                                        std::move(query));
    }

    Task<Result<void>> remove(EnvironmentId environment, NotificationDestinationId id, tenancy::Author author,
                              Deadline deadline) override
    {
        ChangingQuery<bool> query = [environment, id](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            auto const gone = transaction.exec_params(kDelete, sql_id(environment), sql_id(id));
            if (gone.empty())
                return not_found(kWhat);
            changes.audit(
                {"notification_destination.delete", id.str(), audited(destination_in(gone[0])), std::nullopt});
            return true;
        };
        return without_value(
            transact_change<bool>(backend_, environment, std::move(author), deadline, std::move(query)));
    }

    Task<Result<DeliveryState>> load_test(EnvironmentId environment, NotificationDestinationId id,
                                          tenancy::Author author, Deadline deadline) override
    {
        ChangingQuery<DeliveryState> query = [environment, id, now = backend_.clock.now(), &keyring = backend_.keyring](
                                                 pqxx::work& transaction, Changes& changes) -> Result<DeliveryState> {
            auto const rows = transaction.exec_params(kFind, sql_id(environment), sql_id(id));
            if (rows.empty())
                return not_found(kWhat);
            auto secrets = open_secrets(transaction, keyring, rows[0]);
            if (!secrets)
                return secrets.error();
            DeliveryState state;
            state.id = DeliveryId{uuid_v7(now)};
            state.created_at = now;
            state.event = {EventId{uuid_v7(now)}, environment, "test", json::object{{"message", "This is a test."}},
                           now};
            state.webhook = webhook_in(rows[0]);
            state.secrets = *std::move(secrets);
            changes.audit({"notification_destination.test", id.str()});
            return state;
        };
        co_return co_await transact_change<DeliveryState>(backend_, environment, std::move(author), deadline,
                                                          std::move(query));
    }

    Task<Result<void>> record_works(EnvironmentId environment, NotificationDestinationId id, Deadline deadline) override
    {
        pg::Query<bool> query = [environment, id](pqxx::work& transaction) -> Result<bool> {
            transaction.exec_params0(kReceiverWorks, sql_id(environment), sql_id(id));
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
    Backend const backend_;
};

} // namespace

std::unique_ptr<events::DestinationRepository> make_destinations(Backend const& backend)
{
    return std::make_unique<PgDestinations>(backend);
}

} // namespace sluice::store
