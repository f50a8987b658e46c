#include "documentation_repository.hpp"
#include "changes.hpp"

#include "list_sql.hpp"
#include "make_repositories.hpp"
#include "rows.hpp"

#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace accounts;
using snapshots::Change;

#define SLUICE_COLUMNS                                                                                                 \
    "id, environment_id, entity_type, entity_id, resource, method, type, format, value, "                              \
    "(extract(epoch FROM created_at) * 1000000)::bigint, (extract(epoch FROM updated_at) * 1000000)::bigint"
constexpr char kInsert[] =
    "INSERT INTO documentation (environment_id, id, entity_type, entity_id, resource, method, type, format, value) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
    "ON CONFLICT (environment_id, entity_type, entity_id, resource, method, type) DO NOTHING "
    "RETURNING " SLUICE_COLUMNS;
constexpr char kFind[] = "SELECT " SLUICE_COLUMNS " FROM documentation WHERE environment_id = $1 AND id = $2";
constexpr char kUpdate[] = "UPDATE documentation SET format = $3, value = $4, updated_at = now() "
                           "WHERE environment_id = $1 AND id = $2 RETURNING " SLUICE_COLUMNS;
constexpr char kDelete[] = "DELETE FROM documentation WHERE environment_id = $1 AND id = $2 RETURNING id";
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
    documentation.id = id_in<DocumentationId>(row[0]);
    documentation.environment = id_in<EnvironmentId>(row[1]);
    documentation.entity_type = row[2].c_str();
    documentation.entity_id = uuid_in(row[3]);
    documentation.resource = row[4].c_str();
    documentation.method = row[5].c_str();
    documentation.type = row[6].c_str();
    documentation.format = row[7].c_str();
    documentation.value = row[8].c_str();
    documentation.created_at = time_in(row[9]);
    documentation.updated_at = time_in(row[10]);
    return documentation;
}

class PgDocumentation final : public DocumentationRepository {
public:
    explicit PgDocumentation(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<DocumentationRow>> create(DocumentationRow row, Deadline deadline) override
    {
        auto const environment = row.environment;
        row.id = DocumentationId{uuid_v7(backend_.clock.now())};
        ChangingQuery<DocumentationRow> query = [row = std::move(row)](pqxx::work& transaction,
                                                                       Changes& changes) -> Result<DocumentationRow> {
            auto const made = transaction.exec_params(kInsert, sql_id(row.environment), sql_id(row.id), row.entity_type,
                                                      sql_id(row.entity_id), row.resource, row.method, row.type,
                                                      row.format, row.value);
            if (made.empty())
                return Error{ErrorCode::conflict, "There is a document of this type for this method already. Change it "
                                                  "with PATCH /documentation/:id."};
            changes.add({Change::Kind::environment, row.environment, {}});
            return documentation_in(made[0]);
        };
        co_return co_await transact_change<DocumentationRow>(backend_, environment, deadline, std::move(query));
    }

    Task<Result<DocumentationRow>> find(EnvironmentId environment, DocumentationId id, Deadline deadline) override
    {
        pg::Query<DocumentationRow> query = [environment, id](pqxx::work& transaction) -> Result<DocumentationRow> {
            auto const rows = transaction.exec_params(kFind, sql_id(environment), sql_id(id));
            if (rows.empty())
                return not_found("documentation");
            return documentation_in(rows[0]);
        };
        co_return co_await backend_.pool.transact<DocumentationRow>(environment, deadline, std::move(query));
    }

    Task<Result<tenancy::Page<DocumentationRow>>> list(EnvironmentId environment, tenancy::ListQuery list,
                                                       Deadline deadline) override
    {
        using ListPage = tenancy::Page<DocumentationRow>;
        pg::Query<ListPage> query = [list = std::move(list)](pqxx::work& transaction) -> Result<ListPage> {
            auto const rows = run_list(transaction, kList, "id", kFields, list);
            if (!rows)
                return rows.error();
            std::vector<DocumentationRow> items;
            for (auto const& row : *rows)
                items.push_back(documentation_in(row));
            return page_of(std::move(items), list);
        };
        co_return co_await backend_.pool.transact<ListPage>(environment, deadline, std::move(query));
    }

    Task<Result<DocumentationRow>> update(DocumentationRow row, Deadline deadline) override
    {
        auto const environment = row.environment;
        ChangingQuery<DocumentationRow> query = [row = std::move(row)](pqxx::work& transaction,
                                                                       Changes& changes) -> Result<DocumentationRow> {
            auto const changed =
                transaction.exec_params(kUpdate, sql_id(row.environment), sql_id(row.id), row.format, row.value);
            if (changed.empty())
                return not_found("documentation");
            changes.add({Change::Kind::environment, row.environment, {}});
            return documentation_in(changed[0]);
        };
        co_return co_await transact_change<DocumentationRow>(backend_, environment, deadline, std::move(query));
    }

    Task<Result<void>> remove(EnvironmentId environment, DocumentationId id, Deadline deadline) override
    {
        ChangingQuery<bool> query = [environment, id](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            if (transaction.exec_params(kDelete, sql_id(environment), sql_id(id)).empty())
                return not_found("documentation");
            changes.add({Change::Kind::environment, environment, {}});
            return true;
        };
        auto const removed = co_await transact_change<bool>(backend_, environment, deadline, std::move(query));
        if (!removed)
            co_return removed.error();
        co_return Result<void>{};
    }

    Task<Result<std::vector<DocumentationRow>>> of_installation(EnvironmentId environment,
                                                                EnvironmentIntegrationId installation,
                                                                IntegrationId integration, Deadline deadline) override
    {
        pg::Query<std::vector<DocumentationRow>> query =
            [environment, installation, integration](pqxx::work& transaction) -> Result<std::vector<DocumentationRow>> {
            return documentation_of(transaction, environment, installation, integration);
        };
        co_return co_await backend_.pool.transact<std::vector<DocumentationRow>>(environment, deadline,
                                                                                 std::move(query));
    }

private:
    Backend const backend_;
};

} // namespace

std::vector<DocumentationRow> documentation_of(pqxx::work& transaction, EnvironmentId environment,
                                               EnvironmentIntegrationId installation, IntegrationId integration)
{
    std::vector<DocumentationRow> rows;
    for (auto const& row :
         transaction.exec_params(kOfInstallation, sql_id(environment), sql_id(installation), sql_id(integration)))
        rows.push_back(documentation_in(row));
    return rows;
}

std::unique_ptr<accounts::DocumentationRepository> make_documentation(Backend const& backend)
{
    return std::make_unique<PgDocumentation>(backend);
}

} // namespace sluice::store
