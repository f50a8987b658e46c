#include "events/webhook_rows.hpp"

#include "core/data_keys.hpp"
#include "core/rows.hpp"

namespace sluice::store {
namespace {

using namespace events;

std::string place_of(WebhookId id)
{
    return "webhook:" + id.str() + ":secrets";
}

ReceiverKind kind_in(pqxx::field const& field)
{
    return name_of(ReceiverKind::webhook) == field.c_str() ? ReceiverKind::webhook : ReceiverKind::slack;
}

} // namespace

Webhook webhook_in(pqxx::row const& row)
{
    Webhook webhook;
    webhook.id = id_in<WebhookId>(row["id"]);
    webhook.environment = id_in<EnvironmentId>(row["environment_id"]);
    webhook.kind = kind_in(row["kind"]);
    webhook.target_url = row["target_url"].c_str();
    webhook.event_types = json::texts_in(json_in(row["event_types"]));
    webhook.is_active = row["is_active"].as<bool>();
    webhook.created_at = time_in(row["created_at"]);
    webhook.updated_at = time_in(row["updated_at"]);
    return webhook;
}

json::object audited(Webhook const& webhook)
{
    return {{"target_url", webhook.target_url},
            {"event_types", json::array_of(webhook.event_types)},
            {"is_active", webhook.is_active}};
}

AttemptEntry attempt_in(pqxx::row const& row)
{
    AttemptEntry entry;
    entry.id = id_in<LogEntryId>(row["id"]);
    entry.event = id_in<EventId>(row["event_id"]);
    entry.event_type = row["event_type"].c_str();
    entry.kind = kind_in(row["kind"]);
    entry.webhook = id_in<WebhookId>(row["webhook_id"]);
    entry.delivery = id_in<DeliveryId>(row["delivery_id"]);
    entry.attempt = row["attempt"].as<int>();
    if (!row["status"].is_null())
        entry.status = row["status"].as<int>();
    entry.error = text_in(row["error"]);
    entry.duration = std::chrono::milliseconds(row["duration_ms"].as<int>());
    entry.created_at = time_in(row["created_at"]);
    return entry;
}

Result<void> seal_secrets(pqxx::work& transaction, crypto::Keyring const& keyring, EnvironmentId environment,
                          WebhookId id, std::vector<Secret> const& secrets, RowValues& values)
{
    auto const key = newest_data_key(transaction, keyring, environment);
    if (!key)
        return key.error();
    json::array texts;
    for (auto const& secret : secrets)
        texts.emplace_back(secret.reveal());
    values.bytes("sealed", key->seal(place_of(id), boost::json::serialize(texts)))
        .number("data_key_version", key->version());
    return {};
}

Result<std::vector<Secret>> open_secrets(pqxx::work& transaction, crypto::Keyring const& keyring, pqxx::row const& row)
{
    auto const key = data_key(transaction, keyring, id_in<EnvironmentId>(row["environment_id"]),
                              row["data_key_version"].as<std::uint32_t>());
    if (!key)
        return key.error();
    auto const opened = key->open(place_of(id_in<WebhookId>(row["id"])), bytes_in(row["sealed"]));
    if (!opened)
        return opened.error();
    std::vector<Secret> secrets;
    auto const texts = json::parse(opened->reveal());
    if (texts && texts->is_array())
        for (auto const& text : texts->get_array())
            secrets.emplace_back(std::string(text.get_string()));
    return secrets;
}

} // namespace sluice::store
