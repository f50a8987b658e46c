#pragma once

#include "accounts/repositories.hpp"
#include "support/fake_accounts.hpp"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace sluice::test {

/// Environment integrations in memory; what their accounts share stands with the accounts' fake. Belongs to one thread.
class FakeInstallations final : public accounts::InstallationRepository {
public:
    using Row = accounts::EnvironmentIntegration;

    /// Must outlive it.
    explicit FakeInstallations(FakeAccounts& accounts)
        : accounts_(accounts)
    {
    }

    std::map<EnvironmentIntegrationId, Row> rows;
    std::vector<tenancy::Author> authors;         ///< Of the changes, in order.
    std::vector<EnvironmentIntegrationId> loaded; ///< By `load`, in order.

    void put(Row row)
    {
        auto& shared = accounts_.installations[row.id];
        shared.integration = row.integration;
        shared.is_enabled = row.is_enabled;
        shared.override = row.override;
        rows[row.id] = std::move(row);
    }

    Task<Result<Ensured>> ensure(Row row, tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        for (auto const& [id, there] : rows)
            if (there.environment == row.environment && there.integration == row.integration)
                co_return Ensured{there, false};
        put(row);
        co_return Ensured{std::move(row), true};
    }
    Task<Result<Row>> find(EnvironmentId environment, EnvironmentIntegrationId id, Deadline) override
    {
        auto const* row = at(environment, id);
        co_return row != nullptr ? Result<Row>(*row) : not_found();
    }
    Task<Result<accounts::InstallationState>> load(EnvironmentId environment, EnvironmentIntegrationId id,
                                                   Deadline) override
    {
        loaded.push_back(id);
        auto const* row = at(environment, id);
        if (row == nullptr)
            co_return not_found();
        accounts::InstallationState state;
        state.row = *row;
        state.app_secret = accounts_.installations[id].app_secret;
        state.tls_key = accounts_.installations[id].tls_key;
        co_return state;
    }
    Task<Result<tenancy::Page<Row>>> list(EnvironmentId environment, tenancy::ListQuery query, Deadline) override
    {
        tenancy::Page<Row> page;
        for (auto const& [id, row] : rows)
            if (row.environment == environment && std::ssize(page.items) < query.limit)
                page.items.push_back(row);
        co_return page;
    }
    Task<Result<Row>> update(Row row, tenancy::Author author, Deadline) override
    {
        authors.push_back(std::move(author));
        if (at(row.environment, row.id) == nullptr)
            co_return not_found();
        put(row);
        co_return row;
    }
    Task<Result<void>> remove(EnvironmentId environment, EnvironmentIntegrationId id, tenancy::Author author,
                              Deadline) override
    {
        authors.push_back(std::move(author));
        if (at(environment, id) == nullptr)
            co_return not_found();
        rows.erase(id);
        co_return Result<void>{};
    }
    Task<Result<bool>> remove_rest(EnvironmentId, EnvironmentIntegrationId, Deadline) override { co_return false; }

private:
    static Error not_found() { return {ErrorCode::not_found, "There is no such environment integration."}; }
    Row const* at(EnvironmentId environment, EnvironmentIntegrationId id) const
    {
        auto const found = rows.find(id);
        return found != rows.end() && found->second.environment == environment ? &found->second : nullptr;
    }

    FakeAccounts& accounts_;
};

} // namespace sluice::test
