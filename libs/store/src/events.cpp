#include "events.hpp"

#include "jobs.hpp"
#include "rows.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

constexpr char kInsert[] = "INSERT INTO events (environment_id, id, type, integrated_account_id, payload) "
                           "VALUES ($1, $2, $3, $4, $5::jsonb)";
constexpr char kWanted[] = "SELECT id FROM webhooks WHERE environment_id = $1 AND is_active "
                           "AND (event_types = '[]' OR event_types ? $2)";
constexpr char kDeliver[] = "INSERT INTO deliveries (environment_id, id, event_id, webhook_id) VALUES ($1, $2, $3, $4)";

} // namespace

void record_event(pqxx::work& transaction, Timestamp now, EnvironmentId environment, std::string_view type,
                  std::optional<IntegratedAccountId> account, json::object const& payload)
{
    auto const event = uuid_v7(now);
    auto const account_id = account ? std::optional(sql_id(*account)) : std::nullopt;
    transaction.exec_params0(kInsert, sql_id(environment), sql_id(event), std::string(type), account_id,
                             sql_json(payload));
    for (auto const& webhook : transaction.exec_params(kWanted, sql_id(environment), std::string(type))) {
        auto const delivery = uuid_v7(now);
        transaction.exec_params0(kDeliver, sql_id(environment), sql_id(delivery), sql_id(event),
                                 std::string(webhook[0].c_str()));
        schedule(transaction, tenancy::JobKind::delivery, environment, delivery, now);
    }
}

void record_account_event(pqxx::work& transaction, Timestamp now, accounts::Account const& account,
                          std::string_view what)
{
    auto const payload = what == "deleted" ? json::object{{"id", account.id.str()}} : accounts::event_payload(account);
    record_event(transaction, now, account.environment, std::string("integrated_account:").append(what), account.id,
                 payload);
}

} // namespace sluice::store
