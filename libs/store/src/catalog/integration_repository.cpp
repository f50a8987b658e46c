#include "accounts/repositories.hpp"
#include "catalog/integration.hpp"
#include "core/backend.hpp"
#include "core/changes.hpp"
#include "core/queries.hpp"
#include "core/rows.hpp"
#include "make_repositories.hpp"
#include "pg/pool.hpp"
#include "store/store.hpp"

#include <fmt/format.h>

#include <pqxx/connection>
#include <pqxx/result>

namespace sluice::store {
namespace {

using namespace accounts;

#define SLUICE_COLUMNS                                                                                                 \
    "i.id, i.team_id, i.name, i.label, i.category, i.is_beta, i.sharing, i.version, "                                  \
    "(extract(epoch FROM i.created_at) * 1000000)::bigint AS created_at, "                                             \
    "(extract(epoch FROM i.updated_at) * 1000000)::bigint AS updated_at"
#define SLUICE_USABLE "(i.team_id IS NULL OR i.team_id = (SELECT e.team_id FROM environments e WHERE e.id = $1))"
constexpr char kList[] = "SELECT " SLUICE_COLUMNS " FROM integrations i WHERE " SLUICE_USABLE " ORDER BY i.name";
constexpr char kFind[] = "SELECT " SLUICE_COLUMNS ", i.manifest, i.document FROM integrations i "
                         "WHERE i.id = $2 AND " SLUICE_USABLE;
constexpr char kHead[] = "SELECT " SLUICE_COLUMNS " FROM integrations i WHERE i.id = $1";
constexpr char kLoad[] = "SELECT " SLUICE_COLUMNS ", i.manifest, i.document FROM integrations i WHERE i.id = $1";
// A definition that says the same keeps its version, so that publishing at every start changes nothing.
constexpr char kPublish[] =
    "INSERT INTO integrations AS i (id, team_id, name, label, category, is_beta, sharing, manifest, document) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8::json, $9::json) "
    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, label = excluded.label, category = excluded.category, "
    "is_beta = excluded.is_beta, sharing = excluded.sharing, manifest = excluded.manifest, "
    "document = excluded.document, version = i.version + 1, updated_at = now() "
    "WHERE (i.manifest::text, i.document::text, i.sharing) IS DISTINCT FROM "
    "(excluded.manifest::text, excluded.document::text, excluded.sharing) "
    "RETURNING i.version";
#undef SLUICE_COLUMNS
#undef SLUICE_USABLE
// Gives the number of environments in the way; then nothing was deleted.
constexpr char kRemove[] = "SELECT remove_integration($1) AS in_the_way";

StoredIntegration integration_in(pqxx::row const& row)
{
    StoredIntegration integration;
    integration.id = id_in<IntegrationId>(row["id"]);
    integration.team = optional_id_in<TeamId>(row["team_id"]);
    integration.name = row["name"].c_str();
    integration.label = row["label"].c_str();
    integration.category = row["category"].c_str();
    integration.is_beta = row["is_beta"].as<bool>();
    integration.sharing = row["sharing"].c_str();
    integration.version = row["version"].as<int>();
    integration.created_at = time_in(row["created_at"]);
    integration.updated_at = time_in(row["updated_at"]);
    return integration;
}

/// What the audit log has of it: neither the manifest nor the document, which may be megabytes.
json::object audited(StoredIntegration const& integration)
{
    return {{"name", integration.name},       {"label", integration.label},     {"category", integration.category},
            {"is_beta", integration.is_beta}, {"sharing", integration.sharing}, {"version", integration.version}};
}

StoredIntegration whole_integration_in(pqxx::row const& row)
{
    auto integration = integration_in(row);
    integration.manifest = json_in(row["manifest"]);
    integration.document = json_in(row["document"]);
    return integration;
}

bool publish_in(pqxx::work& transaction, Changes& changes, StoredIntegration const& integration)
{
    auto const changed =
        transaction.exec_params(kPublish, sql_id(integration.id), sql_id(integration.team), integration.name,
                                integration.label, integration.category, integration.is_beta, integration.sharing,
                                sql_json(integration.manifest), sql_json(integration.document));
    if (changed.empty())
        return false;
    changes.add({snapshots::Change::Kind::integration, {}, integration.id.uuid()});
    return true;
}

class PgIntegrations final : public IntegrationRepository {
public:
    explicit PgIntegrations(Backend const& backend)
        : backend_(backend)
    {
    }

    Task<Result<std::vector<StoredIntegration>>> list(EnvironmentId environment, Deadline deadline) override
    {
        pg::Query<std::vector<StoredIntegration>> query =
            [environment](pqxx::work& transaction) -> Result<std::vector<StoredIntegration>> {
            std::vector<StoredIntegration> items;
            for (auto const& row : transaction.exec_params(kList, sql_id(environment)))
                items.push_back(integration_in(row));
            return items;
        };
        co_return co_await backend_.pool.transact<std::vector<StoredIntegration>>(environment, deadline,
                                                                                  std::move(query));
    }

    Task<Result<StoredIntegration>> find(EnvironmentId environment, IntegrationId id, Deadline deadline) override
    {
        return find_row<StoredIntegration>(backend_.pool, environment, id, {kFind, "integration"}, whole_integration_in,
                                           deadline);
    }

    Task<Result<StoredIntegration>> load(IntegrationId id, Deadline deadline) override
    {
        pg::Query<StoredIntegration> query = [id](pqxx::work& transaction) -> Result<StoredIntegration> {
            auto const rows = transaction.exec_params(kLoad, sql_id(id));
            return only_row<StoredIntegration>(rows, "integration", whole_integration_in);
        };
        co_return co_await backend_.pool.lookup<StoredIntegration>(deadline, std::move(query));
    }

    Task<Result<bool>> publish(StoredIntegration integration, tenancy::Author author, Deadline deadline) override
    {
        // One that is no team's is in no team's audit log; only the owner of the database can store it.
        auto const team = integration.team;
        auto tenant = team ? pg::Tenant(*team) : pg::Tenant();
        auto who = team ? std::optional(std::move(author)) : std::nullopt;
        ChangingQuery<bool> query = [integration = std::move(integration)](pqxx::work& transaction,
                                                                           Changes& changes) -> Result<bool> {
            auto const head = [&] { return transaction.exec_params(kHead, sql_id(integration.id)); };
            auto const before = head();
            if (!publish_in(transaction, changes, integration)) {
                changes.audit({"integration.confirm", integration.id.str()});
                return false;
            }
            auto after = audited(integration_in(head()[0]));
            if (before.empty())
                changes.audit({"integration.publish", integration.id.str(), std::nullopt, std::move(after)});
            else
                changes.audit(tenancy::difference("integration.publish", integration.id.str(),
                                                  audited(integration_in(before[0])), std::move(after)));
            return true;
        };
        co_return co_await transact_change<bool>(backend_, tenant, std::move(who), deadline, std::move(query));
    }

    Task<Result<void>> remove(TeamId team, IntegrationId id, tenancy::Author author, Deadline deadline) override
    {
        ChangingQuery<bool> query = [team, id](pqxx::work& transaction, Changes& changes) -> Result<bool> {
            auto const known = transaction.exec_params(kHead, sql_id(id));
            if (known.empty() || integration_in(known[0]).team != team)
                return not_found("integration of this team");
            auto const integration = integration_in(known[0]);
            changes.audit({"integration.delete", id.str(), audited(integration), std::nullopt});
            changes.add({snapshots::Change::Kind::integration, {}, id.uuid()});
            auto const rest = transaction.exec_params1(kRemove, sql_id(id))["in_the_way"].as<std::int64_t>();
            if (rest > 0)
                return Error{ErrorCode::conflict,
                             fmt::format("{} environment{} installed {}: delete the environment integration{} first.",
                                         rest, rest == 1 ? " has" : "s have", integration.name, rest == 1 ? "" : "s")};
            return true;
        };
        return without_value(transact_change<bool>(backend_, team, std::move(author), deadline, std::move(query)));
    }

private:
    Backend const backend_;
};

} // namespace

std::unique_ptr<accounts::IntegrationRepository> make_integrations(Backend const& backend)
{
    return std::make_unique<PgIntegrations>(backend);
}

Result<std::vector<std::string>> publish_builtins(Secret const& url)
{
    std::vector<std::string> changed;
    try {
        pqxx::connection connection(pg::connection_string(url));
        pqxx::work transaction(connection);
        Changes changes(transaction, nullptr, {});
        for (auto const& name : catalog::builtin_names()) {
            auto const definition = catalog::builtin_definition(name);
            if (!definition)
                return definition.error();
            auto const compiled = catalog::compile(*definition, catalog::builtin_id(name));
            if (!compiled)
                return compiled.error();
            StoredIntegration stored;
            stored.id = (*compiled)->id;
            stored.name = (*compiled)->name;
            stored.label = (*compiled)->label;
            stored.category = (*compiled)->category;
            stored.is_beta = (*compiled)->is_beta;
            stored.sharing = "allow";
            stored.manifest = definition->manifest.root;
            stored.document = definition->document.root;
            if (publish_in(transaction, changes, stored))
                changed.push_back(name);
        }
        transaction.commit();
    } catch (std::exception const& error) {
        return Error{ErrorCode::unavailable,
                     fmt::format("The built-in integrations could not be stored: {}", error.what())};
    }
    return changed;
}

} // namespace sluice::store
