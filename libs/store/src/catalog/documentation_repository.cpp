#include "accounts/repositories.hpp"
#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/list_sql.hpp"
#include "core/queries.hpp"
#include "core/quota_rows.hpp"
#include "core/row_values.hpp"
#include "core/rows.hpp"
#include "make_repositories.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace accounts;
using snapshots::Change;

#define SLUICE_COLUMNS                                                                                                 \
    "id, environment_id, entity_type, entity_id, resource, method, type, format, value, "                              \
    "(extract(epoch FROM created_at) * 1000000)::bigint AS created_at, "                                               \
    "(extract(epoch FROM updated_at) * 1000000)::bigint AS updated_at"
constexpr char kInsert[] = "INSERT INTO documentation (environment_id, id, {columns}) VALUES ($1, $2, {values}) "
                           "ON CONFLICT (environment_id, entity_type, entity_id, resource, method, type) DO NOTHING "
                           "RETURNING " SLUICE_COLUMNS;
constexpr char kFind[] = "SELECT " SLUICE_COLUMNS " FROM documentation WHERE environment_id = $1 AND id = $2";
constexpr char kLock[] =
    "SELECT " SLUICE_COLUMNS " FROM documentation WHERE environment_id = $1 AND id = $2 FOR UPDATE";
constexpr char kUpdate[] = "UPDATE documentation SET format = $3, value = $4, updated_at = now() "
                           "WHERE environment_id = $1 AND id = $2 RETURNING " SLUICE_COLUMNS;
constexpr char kDelete[] = "DELETE FROM documentation WHERE environment_id = $1 AND id = $2 RETURNING " SLUICE_COLUMNS;
constexpr char kList[] = "SELECT " SLUICE_COLUMNS " FROM documentation WHERE true";
constexpr char kOfInstallation[] = "SELECT " SLUICE_COLUMNS " FROM documentation WHERE environment_id = $1 "
                                   "AND type IN ('description', 'name', 'query_schema', 'body_schema') "
                                   "AND ((entity_type = 'integration' AND entity_id = $3) OR (entity_type = "
                                   "'environment_integration' AND entity_id = $2)) "
                                   "ORDER BY entity_type DESC, resource, method, type";
#undef SLUICE_COLUMNS

constexpr ListField kFields[] = {
    {"entity_type", "entity_type", ListField::Kind::text}, {"resource", "resource", ListField::Kind::text},
    {"method", "method", ListField::Kind::text},           {"type", "type", ListField::Kind::text},
    {"created_at", "created_at", ListField::Kind::time},   {"updated_at", "updated_at", ListField::Kind::time},
};

DocumentationRow documentation_in(pqxx::row const& row)
{
    DocumentationRow documentation;
    documentation.id = id_in<DocumentationId>(row["id"]);
    documentation.environment = id_in<EnvironmentId>(row["environment_id"]);
    documentation.entity_type = row["entity_type"].c_str();
    documentation.entity_id = uuid_in(row["entity_id"]);
    documentation.resource = row["resource"].c_str();
    documentation.method = row["method"].c_str();
    documentation.type = row["type"].c_str();
    documentation.format = row["format"].c_str();
    documentation.value = row["value"].c_str();
    documentation.created_at = time_in(row["created_at"]);
    documentation.updated_at = time_in(row["updated_at"]);
    return documentation;
}

/// What the audit log has of it: the members that the API shows.
json::object audited(DocumentationRow const& row)
{
    return {{"entity_type", row.entity_type},
            {"entity_id", row.entity_type == "integration" ? IntegrationId{row.entity_id}.str()
                                                           : EnvironmentIntegrationId{row.entity_id}.str()},
            {"resource", row.resource},
            {"method", row.method},
            {"type", row.type},
            {"format", row.format},
            {"value", row.value}};
}

RowValues values_of(DocumentationRow const& documentation)
{
    return RowValues()
        .text("entity_type", documentation.entity_type)
        .id("entity_id", documentation.entity_id)
        .text("resource", documentation.resource)
        .text("method", documentation.method)
        .text("type", documentation.type)
        .text("format", documentation.format)
        .text("value", documentation.value);
}

class PgDocumentation final : public DocumentationRepository {
public:
    explicit PgDocumentation(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<DocumentationRow>> create(DocumentationRow row, tenancy::Author author, Deadline deadline) override
    {
        auto const environment = row.environment;
        row.id = DocumentationId{uuid_v7(backend_.clock.now())};
        ChangingQuery<DocumentationRow> query = [row = std::move(row),
                                                 &backend = backend_](pqxx::work& transaction,
                                                                      Changes& changes) -> Result<DocumentationRow> {
            auto const made =
                write_row(transaction, kInsert, {sql_id(row.environment), sql_id(row.id)}, values_of(row));
            if (made.empty())
                return Error{ErrorCode::conflict, "There is a document of this type for this method already. Change it "
                                                  "with PATCH /documentation/:id."};
            if (auto const admitted = check_quota(transaction, backend, row.environment, tenancy::Quota::documents);
                !admitted)
                return admitted.error();
            changes.add({Change::Kind::environment, row.environment, {}});
            changes.audit({"documentation.create", row.id.str(), std::nullopt, audited(row)});
            return documentation_in(made[0]);
        };
        co_return co_await transact_change<DocumentationRow>(backend_, environment, std::move(author), deadline,
                                                             std::move(query));
    }

    Task<Result<DocumentationRow>> find(EnvironmentId environment, DocumentationId id, Deadline deadline) override
    {
        return find_row<DocumentationRow>(backend_.pool, environment, id, {kFind, "documentation"}, documentation_in,
                                          deadline);
    }

    Task<Result<tenancy::Page<DocumentationRow>>> list(EnvironmentId environment, tenancy::ListQuery list,
                                                       Deadline deadline) override
    {
        return list_rows<DocumentationRow>(backend_.pool, environment, {kList, "id", kFields}, std::move(list),
                                           documentation_in, deadline);
    }

    Task<Result<DocumentationRow>> update(DocumentationRow row, tenancy::Author author, Deadline deadline) override
    {
        auto const environment = row.environment;
        ChangingQuery<DocumentationRow> query = [row = std::move(row)](pqxx::work& transaction,
                                                                       Changes& changes) -> Result<DocumentationRow> {
            auto const old = transaction.exec_params(kLock, sql_id(row.environment), sql_id(row.id));
            if (old.empty())
                return not_found("documentation");
            auto changed = documentation_in(
                transaction.exec_params1(kUpdate, sql_id(row.environment), sql_id(row.id), row.format, row.value));
            changes.add({Change::Kind::environment, row.environment, {}});
            changes.audit(tenancy::difference("documentation.update", row.id.str(), audited(documentation_in(old[0])),
                                              audited(changed)));
            return changed;
        };
        co_return co_await transact_change<DocumentationRow>(backend_, environment, std::move(author), deadline,
                                                             std::move(query));
    }

    Task<Result<void>> remove(EnvironmentId environment, DocumentationId id, tenancy::Author author,
                              Deadline deadline) override
    {
        ChangingQuery<bool> query = [environment, id](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            auto const gone = transaction.exec_params(kDelete, sql_id(environment), sql_id(id));
            if (gone.empty())
                return not_found("documentation");
            changes.add({Change::Kind::environment, environment, {}});
            changes.audit({"documentation.delete", id.str(), audited(documentation_in(gone[0])), std::nullopt});
            return true;
        };
        return without_value(
            transact_change<bool>(backend_, environment, std::move(author), deadline, std::move(query)));
    }

    Task<Result<std::vector<DocumentationRow>>> of_installation(EnvironmentId environment,
                                                                EnvironmentIntegrationId installation,
                                                                IntegrationId integration, Deadline deadline) override
    {
        pg::Query<std::vector<DocumentationRow>> query =
            [environment, installation, integration](pqxx::work& transaction) -> Result<std::vector<DocumentationRow>> {
            std::vector<DocumentationRow> rows;
            for (auto const& row : transaction.exec_params(kOfInstallation, sql_id(environment), sql_id(installation),
                                                           sql_id(integration)))
                rows.push_back(documentation_in(row));
            return rows;
        };
        co_return co_await backend_.pool.transact<std::vector<DocumentationRow>>(environment, deadline,
                                                                                 std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<accounts::DocumentationRepository> make_documentation(Backend const& backend)
{
    return std::make_unique<PgDocumentation>(backend);
}

} // namespace sluice::store
