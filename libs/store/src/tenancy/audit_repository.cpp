#include "core/backend.hpp"
#include "core/list_sql.hpp"
#include "core/queries.hpp"
#include "core/rows.hpp"
#include "make_repositories.hpp"
#include "tenancy/audit.hpp"

#include <fmt/ranges.h>

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace tenancy;

/// What `created_at` compares is the time in the id, so that other days are not looked at.
constexpr char kList[] =
    "SELECT id, environment_id, actor_kind, actor_id, actor_name, action, target_id, before, after, client_address, "
    "request_id, (extract(epoch FROM created_at) * 1000000)::bigint AS created_at FROM audit_log WHERE true";

constexpr ListField kFields[] = {
    {"environment_id", "environment_id", ListField::Kind::id, "env"},
    {"actor_id", "actor_id", ListField::Kind::text},
    {"action", "action", ListField::Kind::text},
    {"target_id", "target_id", ListField::Kind::text},
    {"request_id", "request_id", ListField::Kind::text},
    {"created_at", "id", ListField::Kind::id_time},
};

std::optional<json::object> members_in(pqxx::field const& field)
{
    return field.is_null() ? std::nullopt : std::optional(object_in(field));
}

AuditEntry entry_in(pqxx::row const& row)
{
    AuditEntry entry;
    entry.id = id_in<AuditEntryId>(row["id"]);
    entry.environment = optional_id_in<EnvironmentId>(row["environment_id"]);
    entry.actor_kind = row["actor_kind"].c_str();
    entry.actor_id = row["actor_id"].c_str();
    entry.actor_name = row["actor_name"].c_str();
    entry.action = row["action"].c_str();
    entry.target_id = row["target_id"].c_str();
    entry.before = members_in(row["before"]);
    entry.after = members_in(row["after"]);
    entry.client_address = row["client_address"].c_str();
    entry.request_id = row["request_id"].c_str();
    entry.created_at = time_in(row["created_at"]);
    return entry;
}

class PgAudit final : public AuditRepository {
public:
    explicit PgAudit(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<Page<AuditEntry>>> list(TeamId team, std::optional<std::vector<EnvironmentId>> environments,
                                        ListQuery list, Deadline deadline) override
    {
        pg::Query<Page<AuditEntry>> query = [environments = std::move(environments), list = std::move(list)](
                                                pqxx::work& transaction) -> Result<Page<AuditEntry>> {
            std::string select(kList);
            if (environments) {
                std::vector<std::string> ids;
                for (auto const id : *environments)
                    ids.push_back(fmt::format("'{}'", sql_id(id)));
                select += fmt::format(" AND environment_id = ANY (ARRAY[{}]::uuid[])", fmt::join(ids, ", "));
            }
            auto const rows = run_list(transaction, select, "id", kFields, list);
            if (!rows)
                return rows.error();
            std::vector<AuditEntry> items;
            for (auto const& row : *rows)
                items.push_back(entry_in(row));
            return page_of(std::move(items), list);
        };
        co_return co_await backend_.pool.transact<Page<AuditEntry>>(team, deadline, std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<tenancy::AuditRepository> make_audit(Backend const& backend)
{
    return std::make_unique<PgAudit>(backend);
}

} // namespace sluice::store
